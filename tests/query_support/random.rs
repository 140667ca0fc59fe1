//! Random queries that are right by their types.

/// The number in a variable of the environment, where it is set.
pub fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// The seed in OBSCORE_VIEW_SEED, or another one each time; what failed says it.
pub fn seed() -> u64 {
    let seed = number("OBSCORE_VIEW_SEED").unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::from(now.subsec_nanos()) << 32 ^ now.as_secs()
    });
    println!("OBSCORE_VIEW_SEED={seed} repeats this run");
    seed
}

/// A small deterministic generator (xorshift), so that a failure is reproducible.
pub struct Dice(u64);

impl Dice {
    /// A generator with that seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).expect("64 bits") % sides
    }

    /// A number from 0 to 1.
    #[allow(clippy::cast_precision_loss)]
    pub fn real(&mut self) -> f64 {
        self.roll(1_000_001) as f64 / 1e6
    }

    /// One of them.
    pub fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.roll(choices.len())]
    }

    /// An integer.
    fn integer(&mut self, alias: &str, depth: usize) -> String {
        if depth == 0 || self.roll(3) == 0 {
            return match self.roll(3) {
                0 => self.roll(30).to_string(),
                1 => format!("-{}", self.roll(1000)),
                _ => format!(
                    "{alias}.{}",
                    self.pick(&[
                        "calib_level",
                        "lsst_visit",
                        "lsst_detector",
                        "lsst_tract",
                        "s_xel1"
                    ])
                ),
            };
        }
        let (a, b) = (self.integer(alias, depth - 1), self.integer(alias, depth - 1));
        match self.roll(6) {
            0 => format!("({a} + {b})"),
            1 => format!("({a} - {b})"),
            2 => format!("({a} / {b})"),
            3 => format!("MOD({a}, {b})"),
            4 => format!("COALESCE({a}, {b})"),
            _ => format!("CASE WHEN {} THEN {a} ELSE {b} END", self.truth(alias, depth - 1)),
        }
    }

    /// A double, not too large.
    fn double(&mut self, alias: &str, depth: usize) -> String {
        if depth == 0 || self.roll(4) == 0 {
            return match self.roll(3) {
                0 => format!("{}.{}", self.roll(100), self.roll(100)),
                1 => format!("{alias}.{}", self.pick(&["t_min", "t_max", "t_exptime", "em_min"])),
                _ => format!("{alias}.{}", self.pick(&["s_ra", "s_dec", "s_fov"])),
            };
        }
        let (a, b) = (self.double(alias, depth - 1), self.double(alias, depth - 1));
        match self.roll(12) {
            0 => format!("({a} + {b})"),
            1 => format!("({a} - {b})"),
            2 => format!("({a} / {b})"),
            3 => format!("SQRT({a})"),
            4 => format!("LOG10({a})"),
            5 => format!("ABS(-{a})"),
            6 => format!("ATAN2({a}, {b})"),
            7 => format!("COALESCE({a}, {})", self.integer(alias, depth - 1)),
            8 => format!("COS({a})"),
            9 => format!("AREA({})", self.region(alias)),
            10 => format!("DISTANCE({}, POINT(40, -5))", self.point(alias)),
            _ => format!("CAST({} AS DOUBLE PRECISION)", self.integer(alias, depth - 1)),
        }
    }

    fn text(&mut self, alias: &str, depth: usize) -> String {
        if depth == 0 || self.roll(3) == 0 {
            return match self.roll(3) {
                0 => {
                    self.pick(&["'g'", "'it''s'", "''", "'100%_\\'", "'größe'", "'raw'"]).to_owned()
                }
                _ => format!(
                    "{alias}.{}",
                    self.pick(&[
                        "lsst_band",
                        "lsst_type",
                        "target_name",
                        "obs_id",
                        "instrument_name"
                    ])
                ),
            };
        }
        let (a, b) = (self.text(alias, depth - 1), self.text(alias, depth - 1));
        match self.roll(5) {
            0 => format!("{a} || {b}"),
            1 => format!("LOWER({a})"),
            2 => format!("COALESCE({a}, {b})"),
            3 => format!("CAST({} AS VARCHAR(5))", self.integer(alias, depth - 1)),
            _ => format!("CASE WHEN {} THEN {a} END", self.truth(alias, depth - 1)),
        }
    }

    fn point(&mut self, alias: &str) -> String {
        match self.roll(3) {
            0 => format!("POINT({}, {})", self.roll(360), self.roll(90)),
            _ => format!("POINT({alias}.s_ra, {alias}.s_dec)"),
        }
    }

    fn region(&mut self, alias: &str) -> String {
        match self.roll(4) {
            0 => format!("CIRCLE({}, -5, {})", 38 + self.roll(5), 1 + self.roll(3)),
            1 => "POLYGON(39, -6, 42, -6, 42, -3, 39, -3)".to_owned(),
            _ => format!("{alias}.s_region"),
        }
    }

    /// A condition.
    pub fn truth(&mut self, alias: &str, depth: usize) -> String {
        let below = depth.saturating_sub(1);
        if depth > 0 && self.roll(3) == 0 {
            let (a, b) = (self.truth(alias, below), self.truth(alias, below));
            return match self.roll(3) {
                0 => format!("({a} AND {b})"),
                1 => format!("({a} OR {b})"),
                _ => format!("NOT ({a})"),
            };
        }
        let sign = self.pick(&["=", "<>", "<", "<=", ">", ">="]);
        match self.roll(10) {
            0 => format!("{} {sign} {}", self.integer(alias, below), self.integer(alias, below)),
            1 => format!("{} {sign} {}", self.text(alias, below), self.text(alias, below)),
            2 => format!("{alias}.t_min {sign} {}", 57_000 + self.roll(4_000)),
            3 => format!("{} BETWEEN 0 AND {}", self.integer(alias, below), self.roll(20_000)),
            4 => format!(
                "{} IN ({}, {})",
                self.integer(alias, below),
                self.integer(alias, below),
                self.roll(9)
            ),
            5 => format!("{} NOT LIKE '%{}%'", self.text(alias, below), self.roll(10)),
            6 => format!(
                "{alias}.{} IS NOT NULL",
                self.pick(&["t_min", "s_region", "lsst_visit", "s_ra"])
            ),
            7 => format!(
                "1 = CONTAINS({}, CIRCLE(40.3, -5.1, {}))",
                self.point(alias),
                1 + self.roll(4)
            ),
            8 => format!(
                "1 = INTERSECTS({}, CIRCLE(40.3, -5.1, 0.{}))",
                self.region(alias),
                1 + self.roll(8)
            ),
            _ => format!(
                "EXISTS (SELECT 1 FROM butler.visit AS v WHERE v.id = {alias}.lsst_visit AND v.exposure_time > {})",
                self.roll(40)
            ),
        }
    }

    /// A query.
    pub fn query(&mut self) -> String {
        let filter = self.truth("o", 3);
        match self.roll(6) {
            0 => format!(
                "SELECT {} AS k, COUNT(*) AS n, MIN({}) AS a, COUNT(DISTINCT {}) AS c FROM ivoa.ObsCore AS o WHERE {filter} GROUP BY k HAVING COUNT(*) > {}",
                self.text("o", 2),
                self.double("o", 1),
                self.text("o", 1),
                self.roll(4)
            ),
            1 => format!(
                "SELECT v.id, o.dataset_uuid, {} AS a FROM ivoa.ObsCore AS o {} butler.visit AS v ON v.id = o.lsst_visit AND v.instrument = o.instrument_name WHERE {filter}",
                self.integer("o", 2),
                self.pick(&["JOIN", "LEFT JOIN"])
            ),
            2 => format!(
                "SELECT {} AS a, {} AS b FROM ivoa.ObsCore AS o WHERE {filter} {} SELECT {}, {} FROM ivoa.ObsCore AS o WHERE {}",
                self.text("o", 1),
                self.integer("o", 1),
                self.pick(&[
                    "UNION",
                    "UNION ALL",
                    "EXCEPT",
                    "INTERSECT",
                    "EXCEPT ALL",
                    "INTERSECT ALL"
                ]),
                self.text("o", 1),
                self.integer("o", 1),
                self.truth("o", 2)
            ),
            3 => format!(
                "SELECT DISTINCT d.a, d.b FROM (SELECT {} AS a, {} AS b, o.* FROM ivoa.ObsCore AS o WHERE {filter}) AS d WHERE {}",
                self.text("o", 2),
                self.integer("o", 2),
                self.truth("d", 1)
            ),
            4 => format!(
                "SELECT TOP 50 o.dataset_uuid, {} AS a FROM ivoa.ObsCore AS o WHERE {filter} ORDER BY o.lsst_type DESC, o.dataset_uuid, o.s_ra, o.s_dec",
                self.integer("o", 2)
            ),
            _ => format!(
                "SELECT o.dataset_uuid, {} AS a, {} AS b, {} AS c, {} AS d FROM ivoa.ObsCore AS o WHERE {filter}",
                self.integer("o", 2),
                self.double("o", 2),
                self.text("o", 2),
                self.region("o")
            ),
        }
    }
}
