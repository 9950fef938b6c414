//! Counts the bytes of each gRPC message as they pass, without decoding them.
//!
//! A message is announced by five bytes: a compression flag and its length. The meter reads the
//! announcements only, across any split into frames, and refuses a message before it is relayed.

/// Length of the announcement of a message.
const PREFIX_BYTES: usize = 5;

/// A message larger than the limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct TooLarge {
    pub(crate) found_bytes: u64,
    pub(crate) limit_bytes: u64,
}

/// The state between two frames of one direction.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    limit_bytes: u64,
    prefix: [u8; PREFIX_BYTES],
    prefix_filled: usize,
    body_left_bytes: u64,
    announced_count: u64,
}

impl Meter {
    pub(crate) fn new(limit_bytes: usize) -> Self {
        Self {
            limit_bytes: limit_bytes as u64,
            prefix: [0; PREFIX_BYTES],
            prefix_filled: 0,
            body_left_bytes: 0,
            announced_count: 0,
        }
    }

    /// Whether the last message is complete and the next has not begun.
    pub(crate) fn is_between(&self) -> bool {
        self.prefix_filled == 0 && self.body_left_bytes == 0
    }

    /// Messages that are complete.
    pub(crate) fn complete_count(&self) -> u64 {
        self.announced_count - u64::from(self.body_left_bytes > 0)
    }

    /// Takes note of a frame, or refuses it.
    pub(crate) fn accept(&mut self, mut frame: &[u8]) -> Result<(), TooLarge> {
        while !frame.is_empty() {
            if self.body_left_bytes > 0 {
                let passed = self.body_left_bytes.min(frame.len() as u64);
                self.body_left_bytes -= passed;
                frame = &frame[passed as usize..];
                continue;
            }
            let taken = (PREFIX_BYTES - self.prefix_filled).min(frame.len());
            let until = self.prefix_filled + taken;
            self.prefix[self.prefix_filled..until].copy_from_slice(&frame[..taken]);
            self.prefix_filled = until;
            frame = &frame[taken..];
            if self.prefix_filled == PREFIX_BYTES {
                let [_, a, b, c, d] = self.prefix;
                let announced = u64::from(u32::from_be_bytes([a, b, c, d]));
                if announced > self.limit_bytes {
                    let limit_bytes = self.limit_bytes;
                    return Err(TooLarge { found_bytes: announced, limit_bytes });
                }
                self.body_left_bytes = announced;
                self.prefix_filled = 0;
                self.announced_count += 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: u32) -> Vec<u8> {
        let mut bytes = vec![0];
        bytes.extend(length.to_be_bytes());
        bytes.extend(std::iter::repeat_n(0xff, length as usize));
        bytes
    }

    #[test]
    fn the_limit_holds_for_each_message_however_it_is_split() {
        let mut stream = message(0);
        stream.extend(message(10));
        stream.extend(message(3));
        let fits = stream.clone();
        stream.extend(message(11));
        for step in 1..=stream.len() {
            let mut meter = Meter::new(10);
            assert!(fits.chunks(step).all(|frame| meter.accept(frame).is_ok()), "step {step}");
            let mut meter = Meter::new(10);
            let refused = stream.chunks(step).find_map(|frame| meter.accept(frame).err());
            assert_eq!(refused, Some(TooLarge { found_bytes: 11, limit_bytes: 10 }), "step {step}");
        }
    }
}
