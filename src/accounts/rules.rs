//! What a password must be, and how often something guessable may be tried. Pure decisions.

use super::model::Problem;
use crate::kernel::Timestamp;
use chrono::TimeDelta;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Fewest characters of a password.
pub const PASSWORD_MIN: usize = 10;
/// Most characters of a password: more would only make hashing slow.
pub const PASSWORD_MAX: usize = 128;

/// How long the link that confirms an address works.
pub const CONFIRMATION_LASTS: TimeDelta = TimeDelta::hours(24);
/// How long the link that sets a new password works.
pub const RESET_LASTS: TimeDelta = TimeDelta::hours(1);
/// How long an invitation works.
pub const INVITATION_LASTS: TimeDelta = TimeDelta::days(14);

/// Passwords that are tried first, in lower case, one a line.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().filter(|line| !line.is_empty()).collect());

/// Rows of the keyboard and of the alphabet, in which a password must not walk.
const ROWS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "abcdefghijklmnñopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjklñ",
    "asdfghjkl;",
    "zxcvbnm,.",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
];

/// Whether a password may be chosen: length, not among the common ones, not personal, no pattern. There are no rules on
/// which kinds of characters it holds: they make passwords worse.
///
/// `password` is in NFC already; `personal` are words that its owner's attackers know: address, name.
pub fn judge_password(password: &str, personal: &[&str]) -> Result<(), Problem> {
    let length = password.chars().count();
    if length == 0 {
        return Err(Problem::Missing);
    }
    if length < PASSWORD_MIN {
        return Err(Problem::PasswordTooShort);
    }
    if length > PASSWORD_MAX {
        return Err(Problem::TooLong);
    }
    let lower = password.to_lowercase();
    if is_pattern(&lower) {
        return Err(Problem::PasswordPattern);
    }
    if is_common(&lower) {
        return Err(Problem::PasswordCommon);
    }
    if is_personal(&lower, personal) {
        return Err(Problem::PasswordPersonal);
    }
    Ok(())
}

/// As it stands, or without the digits and signs people hang on, or with letters that figures stand for.
fn is_common(lower: &str) -> bool {
    let bare = lower.trim_matches(|c: char| !c.is_alphabetic());
    let hung_on = lower.chars().count() - bare.chars().count();
    let plain = plain_letters(lower);
    COMMON.contains(lower)
        || COMMON.contains(plain.as_str())
        || (hung_on <= 6
            && !bare.is_empty()
            && (COMMON.contains(bare) || COMMON.contains(plain_letters(bare).as_str())))
}

/// `p4$$w0rd` is `password`.
fn plain_letters(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' | '€' => 'e',
            '4' | '@' | 'á' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            'é' => 'e',
            'í' => 'i',
            'ó' => 'o',
            'ú' => 'u',
            other => other,
        })
        .collect()
}

/// At most six characters are left when the known words are taken out.
fn is_personal(lower: &str, personal: &[&str]) -> bool {
    const PRODUCT: &[&str] = &["caas", "car as a service", "carasaservice"];
    let known = personal.iter().map(|word| word.to_lowercase());
    let parts = known
        .clone()
        .flat_map(|word| word.split(['.', '_', '-', '+', '@', ' ']).map(str::to_owned).collect::<Vec<_>>());
    let mut words: Vec<String> = known.chain(parts).chain(PRODUCT.iter().map(|&word| word.to_owned())).collect();
    words.retain(|word| word.chars().count() >= 4);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = lower.to_owned();
    for word in &words {
        rest = rest.replace(word.as_str(), "");
    }
    rest.len() < lower.len() && rest.chars().filter(|c| !c.is_whitespace()).count() <= 6
}

/// One short piece again and again, or a walk along a row of the keyboard.
fn is_pattern(lower: &str) -> bool {
    let chars: Vec<char> = lower.chars().collect();
    let repeats = (1..=4).any(|period| chars.iter().skip(period).zip(&chars).all(|(a, b)| a == b));
    let different = chars.iter().collect::<HashSet<_>>().len();
    repeats || different < 4 || ROWS.iter().any(|row| walks(&chars, row))
}

/// Whether all but two steps go to a neighbour in this row, forwards or backwards, going round at its end.
fn walks(chars: &[char], row: &str) -> bool {
    let row: Vec<char> = row.chars().collect();
    let place = |c: char| row.iter().position(|&r| r == c);
    let strange = chars
        .windows(2)
        .filter(|pair| match (place(pair[0]), place(pair[1])) {
            (Some(a), Some(b)) => !(a.abs_diff(b) <= 1 || a.abs_diff(b) == row.len() - 1),
            _ => true,
        })
        .count();
    strange <= 2
}

/// How often something may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Its name in the table of counters.
    pub name: &'static str,
    /// Tries that are free.
    pub free: i64,
    /// What happens after those.
    pub then: Then,
}

/// What happens when the free tries are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing until this long after the first.
    WaitForWindow(TimeDelta),
    /// One more after each waiting time, which doubles from `first` to `longest`; all is forgotten after `forgotten`
    /// without a try.
    WaitLonger {
        /// The first waiting time.
        first: TimeDelta,
        /// The longest waiting time.
        longest: TimeDelta,
        /// A quiet time after which counting begins anew.
        forgotten: TimeDelta,
    },
}

/// What happens after five wrong passwords for one account.
const LONGER: Then =
    Then::WaitLonger { first: TimeDelta::minutes(1), longest: TimeDelta::minutes(15), forgotten: TimeDelta::hours(1) };
const QUARTER: Then = Then::WaitForWindow(TimeDelta::minutes(15));
const HOUR: Then = Then::WaitForWindow(TimeDelta::hours(1));

/// Wrong passwords for one account.
pub const SIGN_IN_PER_ACCOUNT: Limit = Limit { name: "sign_in_account", free: 5, then: LONGER };
/// Wrong passwords from one network address.
pub const SIGN_IN_PER_ADDRESS: Limit = Limit { name: "sign_in_address", free: 30, then: QUARTER };
/// Wrong current passwords of somebody who is signed in.
pub const OLD_PASSWORD_PER_ACCOUNT: Limit = Limit { name: "old_password_account", free: 5, then: LONGER };
/// Mails that strangers can have sent to one account.
pub const MAIL_PER_ACCOUNT: Limit = Limit { name: "mail_account", free: 3, then: HOUR };
/// Mails that one network address can have sent.
pub const MAIL_PER_ADDRESS: Limit = Limit { name: "mail_address", free: 10, then: HOUR };
/// Links of mails tried from one network address.
pub const LINK_PER_ADDRESS: Limit = Limit { name: "link_address", free: 30, then: QUARTER };

/// How long counters can matter.
pub const COUNTERS_LAST: TimeDelta = TimeDelta::hours(24);

/// How often something was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// When counting began.
    pub window_started_at: Timestamp,
    /// The last try that counted.
    pub last_at: Timestamp,
    /// Tries since counting began.
    pub count: i64,
}

/// Counts one more try, or says from when on one is possible.
pub fn count_try(limit: &Limit, counter: Counter, now: Timestamp) -> Result<Counter, Timestamp> {
    let anew = Counter { window_started_at: now, last_at: now, count: 1 };
    let forgotten = match limit.then {
        Then::WaitForWindow(window) => now - counter.window_started_at >= window,
        Then::WaitLonger { forgotten, .. } => now - counter.last_at >= forgotten,
    };
    if forgotten || counter.count <= 0 {
        return Ok(anew);
    }
    let possible_at = if counter.count < limit.free {
        now
    } else {
        match limit.then {
            Then::WaitForWindow(window) => counter.window_started_at + window,
            Then::WaitLonger { first, longest, .. } => {
                let doublings = u32::try_from((counter.count - limit.free).clamp(0, 20)).unwrap_or(20);
                counter.last_at + (first * 2i32.pow(doublings)).min(longest)
            }
        }
    };
    if possible_at <= now {
        Ok(Counter { last_at: now, count: counter.count + 1, ..counter })
    } else {
        Err(possible_at)
    }
}

/// What one network address is, for counting: an IPv6 customer has 2⁶⁴ of them.
pub fn network(address: std::net::IpAddr) -> String {
    match address {
        std::net::IpAddr::V4(v4) => v4.to_string(),
        std::net::IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + seconds, 0).expect("in range")
    }

    #[test]
    fn length_counts_and_composition_does_not() {
        assert_eq!(judge_password("", &[]), Err(Problem::Missing));
        assert_eq!(judge_password("correcto9", &[]), Err(Problem::PasswordTooShort));
        assert_eq!(judge_password(&"aeiou y sol ".repeat(11), &[]), Err(Problem::TooLong));
        assert_eq!(judge_password("mi perro come peras", &[]), Ok(()));
        assert_eq!(judge_password("ñandúes al sol", &[]), Ok(()));
        assert_eq!(judge_password("demo-caas-2026", &[]), Ok(()));
    }

    #[test]
    fn the_usual_ones_are_refused() {
        for password in [
            "password123",
            "P4ssw0rd2024!",
            "contraseña1",
            "iloveyou123",
            "Barcelona2024",
            "realmadrid1",
            "1q2w3e4r5t6y",
            "tequieromucho",
        ] {
            assert!(
                matches!(judge_password(password, &[]), Err(Problem::PasswordCommon | Problem::PasswordPattern)),
                "{password}"
            );
        }
        assert!(COMMON.len() > 2_000, "{}", COMMON.len());
        assert!(COMMON.iter().all(|word| *word == word.to_lowercase()));
    }

    #[test]
    fn patterns_are_refused() {
        for password in [
            "aaaaaaaaaa",
            "abababababab",
            "abcdefghijkl",
            "9876543210",
            "1234567890",
            "qwertyuiop",
            "poiuytrewq",
            "12345678901234",
            "abcabcabcabc",
            "1111122222",
        ] {
            assert_eq!(judge_password(password, &[]), Err(Problem::PasswordPattern), "{password}");
        }
    }

    #[test]
    fn what_attackers_know_of_a_person_is_refused() {
        let personal = ["lucia.perez", "lucia.perez@ejemplo.es", "Lucía Pérez"];
        for password in ["lucia.perez1", "PerezLucia2024", "caascaascaas1", "Lucía Pérez!", "car as a service"] {
            assert!(judge_password(password, &personal).is_err(), "{password}");
        }
        assert_eq!(judge_password("Lucía come muchas peras", &personal), Ok(()));
    }

    #[test]
    fn five_tries_are_free_then_each_costs_more_waiting() {
        let mut counter = Counter { window_started_at: at(0), last_at: at(0), count: 0 };
        for second in 0..5 {
            counter = count_try(&SIGN_IN_PER_ACCOUNT, counter, at(second)).expect("free");
        }
        assert_eq!(count_try(&SIGN_IN_PER_ACCOUNT, counter, at(5)), Err(at(4 + 60)));
        counter = count_try(&SIGN_IN_PER_ACCOUNT, counter, at(64)).expect("waited");
        assert_eq!(count_try(&SIGN_IN_PER_ACCOUNT, counter, at(65)), Err(at(64 + 120)));
        for _ in 0..10 {
            let next = count_try(&SIGN_IN_PER_ACCOUNT, counter, counter.last_at).expect_err("must wait");
            assert!(next - counter.last_at <= TimeDelta::minutes(15));
            counter = count_try(&SIGN_IN_PER_ACCOUNT, counter, next).expect("waited");
        }
        let forgotten = counter.last_at + TimeDelta::hours(1);
        assert_eq!(count_try(&SIGN_IN_PER_ACCOUNT, counter, forgotten).expect("forgotten").count, 1);
    }

    #[test]
    fn one_customer_of_ipv6_is_one_network() {
        let a = network("2001:db8:1:2:3:4:5:6".parse().expect("address"));
        let b = network("2001:db8:1:2:ffff::1".parse().expect("address"));
        let c = network("2001:db8:1:3::1".parse().expect("address"));
        assert_eq!(a, b);
        assert_ne!(a, c);
        assert_eq!(network("::ffff:192.0.2.1".parse().expect("address")), "192.0.2.1");
    }

    proptest! {
        #[test]
        fn no_more_than_the_free_tries_pass_in_a_window(waits in proptest::collection::vec(0i64..400, 1..200)) {
            let limit = MAIL_PER_ADDRESS;
            let mut now = 0;
            let mut counter = Counter { window_started_at: at(0), last_at: at(0), count: 0 };
            let mut passed = std::collections::HashMap::<Timestamp, i64>::new();
            for wait in waits {
                now += wait;
                if let Ok(next) = count_try(&limit, counter, at(now)) {
                    counter = next;
                    *passed.entry(counter.window_started_at).or_default() += 1;
                }
            }
            prop_assert!(passed.values().all(|&n| n <= limit.free));
        }

        #[test]
        fn no_password_makes_the_judge_panic(password in ".{0,140}", word in ".{0,20}") {
            let _ = judge_password(&password, &[&word]);
        }
    }
}
