//! Chance, drawn from the seed. Each part of the world has its own dice, so that one more throw here changes nothing there.

use caas::kernel::rng::{Rng, SeededRng};
use chrono::TimeDelta;

/// Dice that fall the same for the same seed and name.
pub struct Dice(SeededRng);

impl Dice {
    /// The dice of this part of the world.
    pub fn new(seed: u64, part: u64) -> Dice {
        // Neighbouring seeds must not give neighbouring worlds: the generator behind spreads them.
        Dice(SeededRng::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ part))
    }

    /// A number from 0 (included) to 1 (excluded).
    pub fn unit(&self) -> f64 {
        (&self.0 as &dyn Rng).unit()
    }

    /// Yes with this probability.
    pub fn says(&self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below `end`; 0 when there is none.
    pub fn below(&self, end: usize) -> usize {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few thousand at most, and not negative"
        )]
        let number = (self.unit() * end as f64) as usize;
        number
    }

    /// One of these.
    pub fn pick<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// One of these, each as often as its weight says; `None` only of an empty list.
    pub fn weighted<T: Copy>(&self, of: &[(f64, T)]) -> Option<T> {
        let mut rest = self.unit() * of.iter().map(|(weight, _)| weight).sum::<f64>();
        for (weight, value) in of {
            rest -= weight;
            if rest < 0.0 {
                return Some(*value);
            }
        }
        of.last().map(|(_, value)| *value)
    }

    /// Mixes a list.
    pub fn shuffle<T>(&self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.below(end + 1));
        }
    }

    /// Seconds between these, evenly.
    pub fn seconds(&self, from: i64, to: i64) -> TimeDelta {
        TimeDelta::seconds(from) + times(TimeDelta::seconds(to - from), self.unit())
    }

    /// A waiting time with this mean: mostly shorter, now and then much longer.
    pub fn wait(&self, mean: TimeDelta) -> TimeDelta {
        times(mean, -(1.0 - self.unit()).ln())
    }
}

fn times(time: TimeDelta, factor: f64) -> TimeDelta {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "years in milliseconds fit")]
    let millis = (time.num_milliseconds() as f64 * factor) as i64;
    TimeDelta::milliseconds(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dice_fall_the_same_for_the_same_seed_and_part_only() {
        let throws = |seed, part| -> Vec<usize> {
            let dice = Dice::new(seed, part);
            (0..20).map(|_| dice.below(100)).collect()
        };
        assert_eq!(throws(1, 1), throws(1, 1));
        assert_ne!(throws(1, 1), throws(1, 2));
        assert_ne!(throws(1, 1), throws(2, 1));
    }

    #[test]
    fn weights_are_kept() {
        let dice = Dice::new(7, 7);
        let heads = (0..10_000).filter(|_| dice.weighted(&[(3.0, true), (1.0, false)]) == Some(true)).count();
        assert!((7_000..8_000).contains(&heads), "{heads}");
        assert_eq!(dice.weighted::<bool>(&[]), None);
    }
}
