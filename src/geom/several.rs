//! Several regions as one: whether any of them meets another region, without a look at each.
//!
//! In: regions, and circles around others. Out: those of the regions that can meet them. Each region is
//! within the ball around the chord of its bounding circle; the balls are in a tree of boxes that are
//! parallel to the axes, so neither poles nor longitude 0 are special, and what meets is never missed.

use super::{Circle, Region, Vector3, intersects};

/// What balls are wider by than the circles: the margin within which bounding circles are trusted.
const MARGIN: f64 = 1.0e-7;
/// Balls in a leaf of the tree.
const LEAF: usize = 8;

/// Circles on the sphere, to be asked which of them can have something in common with another one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Circles {
    balls: Vec<Ball>,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Ball {
    /// What the caller knows it by.
    name: usize,
    center: [f64; 3],
    radius: f64,
}

/// A box around balls that are next to each other; its first part follows it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    low: [f64; 3],
    high: [f64; 3],
    /// The balls.
    from: usize,
    to: usize,
    /// The position of the second part; none for a leaf.
    second: Option<usize>,
}

impl Ball {
    /// Around a circle; `None` for a circle that holds no direction.
    fn new(name: usize, circle: &Circle) -> Option<Self> {
        if circle.is_empty() {
            return None;
        }
        let Vector3 { x, y, z } = circle.center;
        let chord = circle.squared_chord_length.sqrt();
        let other = 2.0 * (0.5 * circle.opening_angle.min(std::f64::consts::PI)).sin();
        let radius = chord.max(other);
        match [x, y, z, radius].into_iter().all(f64::is_finite) && !circle.is_full() {
            true => Some(Self { name, center: [x, y, z], radius: radius + MARGIN }),
            false => Some(Self { name, center: [0.0; 3], radius: 4.0 }),
        }
    }

    fn meets(&self, other: &Self) -> bool {
        let reach = self.radius + other.radius;
        let squares = self.center.iter().zip(other.center).map(|(a, b)| (a - b) * (a - b));
        squares.sum::<f64>() <= reach * reach
    }
}

impl Node {
    fn around(balls: &[Ball], from: usize) -> Self {
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for ball in balls {
            for ((low, high), at) in low.iter_mut().zip(&mut high).zip(ball.center) {
                *low = low.min(at - ball.radius);
                *high = high.max(at + ball.radius);
            }
        }
        Self { low, high, from, to: from + balls.len(), second: None }
    }

    /// The axis along which the box is widest.
    fn axis(&self) -> usize {
        let widths = self.high.iter().zip(self.low).map(|(high, low)| high - low);
        widths.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(axis, _)| axis)
    }

    fn meets(&self, ball: &Ball) -> bool {
        let apart = ball.center.iter().zip(self.low.iter().zip(self.high));
        let squares = apart.map(|(at, (low, high))| {
            let gap = (low - at).max(at - high).max(0.0);
            gap * gap
        });
        squares.sum::<f64>() <= ball.radius * ball.radius
    }
}

impl Circles {
    /// Circles with the names that they are found by.
    pub fn new(circles: impl IntoIterator<Item = (usize, Circle)>) -> Self {
        let balls = circles.into_iter().filter_map(|(name, circle)| Ball::new(name, &circle));
        let mut balls: Vec<Ball> = balls.collect();
        let mut nodes = Vec::new();
        grow(&mut balls, 0, &mut nodes);
        Self { balls, nodes }
    }

    /// Calls `found` for the names of circles that can meet this one, until it says that it is enough;
    /// whether it did.
    pub fn near(&self, circle: &Circle, mut found: impl FnMut(usize) -> bool) -> bool {
        let Some(ball) = Ball::new(0, circle) else { return false };
        let mut open = vec![0];
        while let Some(at) = open.pop() {
            let Some(node) = self.nodes.get(at).filter(|node| node.meets(&ball)) else { continue };
            if let Some(second) = node.second {
                open.extend([second, at + 1]);
                continue;
            }
            let balls = self.balls.get(node.from..node.to).into_iter().flatten();
            if balls.filter(|other| other.meets(&ball)).any(|other| found(other.name)) {
                return true;
            }
        }
        false
    }
}

/// Adds the node of balls that begin at `from`, and those below it; puts the balls into their order.
fn grow(balls: &mut [Ball], from: usize, nodes: &mut Vec<Node>) {
    let node = Node::around(balls, from);
    let at = nodes.len();
    nodes.push(node);
    if balls.len() <= LEAF {
        return;
    }
    let (axis, middle) = (node.axis(), balls.len() / 2);
    let along = |ball: &Ball| ball.center.get(axis).copied().unwrap_or_default();
    balls.select_nth_unstable_by(middle, |a, b| along(a).total_cmp(&along(b)));
    let (first, second) = balls.split_at_mut(middle);
    grow(first, from, nodes);
    let place = nodes.len();
    if let Some(node) = nodes.get_mut(at) {
        node.second = Some(place);
    }
    grow(second, from + middle, nodes);
}

/// Several regions.
#[derive(Debug, Clone, PartialEq)]
pub struct Several {
    regions: Vec<Region>,
    circles: Circles,
}

impl Several {
    /// These regions.
    pub fn new(regions: Vec<Region>) -> Self {
        let circles = Circles::new(regions.iter().map(around).enumerate());
        Self { regions, circles }
    }

    /// The regions.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// Whether any of them shares a direction with a region.
    pub fn meet(&self, region: &Region) -> bool {
        let meets = |name: usize| self.regions.get(name).is_some_and(|one| intersects(one, region));
        self.circles.near(&around(region), meets)
    }
}

/// A circle around a region; all directions where none is known.
pub fn around(region: &Region) -> Circle {
    region.bounding_circle().unwrap_or(Circle::FULL)
}
