//! Bits of a byte string, the most significant first.

/// A place in a byte string.
#[derive(Debug)]
pub struct Bits<'a> {
    bytes: std::slice::Iter<'a, u8>,
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    /// The first bit.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter(), held: 0, count: 0 }
    }

    /// Fills what is held; bits are at its upper end.
    fn fill(&mut self) {
        while self.count <= 56 {
            let Some(byte) = self.bytes.next() else { return };
            self.held |= u64::from(*byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// The next bits as a number, up to 32; `None` at the end.
    #[inline]
    pub fn take(&mut self, bits: u32) -> Option<u32> {
        if bits == 0 {
            return Some(0);
        }
        if self.count < bits {
            self.fill();
        }
        self.count = self.count.checked_sub(bits)?;
        #[expect(clippy::cast_possible_truncation, reason = "up to 32 bits are left")]
        let number = (self.held >> (64 - bits)) as u32;
        self.held <<= bits;
        Some(number)
    }

    /// The number of zeros before the next one, which is skipped.
    #[inline]
    pub fn zeros(&mut self) -> Option<u32> {
        let mut zeros = 0;
        loop {
            if self.held != 0 {
                let more = self.held.leading_zeros();
                self.held = self.held.checked_shl(more + 1).unwrap_or(0);
                self.count = self.count.checked_sub(more + 1)?;
                return Some(zeros + more);
            }
            zeros += self.count;
            self.count = 0;
            self.fill();
            if self.count == 0 {
                return None;
            }
        }
    }

    /// What follows the byte that the next bit would be in, or begins with it.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.as_slice()
    }

    /// Whole bytes that are held.
    pub fn held_bytes(&self) -> usize {
        (self.count / 8) as usize
    }
}
