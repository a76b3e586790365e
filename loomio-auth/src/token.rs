//! Random names: keys in addresses, tokens in links, codes in mails.

use rand::RngCore;

const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE62: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

fn draw(alphabet: &[u8], length: usize, rng: &mut impl RngCore) -> String {
    let mut out = String::with_capacity(length);
    // Bytes beyond the last whole multiple would favour the first letters.
    let limit = 256 - 256 % alphabet.len();
    while out.len() < length {
        let mut byte = [0u8; 1];
        rng.fill_bytes(&mut byte);
        if usize::from(byte[0]) < limit {
            out.push(char::from(alphabet[usize::from(byte[0]) % alphabet.len()]));
        }
    }
    out
}

/// A token of 24 letters and digits, as `has_secure_token` makes them.
pub fn secure(rng: &mut impl RngCore) -> String {
    draw(BASE58, 24, rng)
}

/// Eight letters and digits that name a record in an address; never only digits,
/// which would be taken for a number. Its use is the caller's to check.
pub fn key(rng: &mut impl RngCore) -> String {
    loop {
        let key = draw(BASE62, 8, rng);
        if !key.bytes().all(|b| b.is_ascii_digit()) {
            return key;
        }
    }
}

/// A token of twenty letters, as Devise makes them.
pub fn friendly(rng: &mut impl RngCore) -> String {
    draw(BASE58, 20, rng)
}

/// A random UUID (version 4).
pub fn uuid(rng: &mut impl RngCore) -> String {
    let mut b = [0u8; 16];
    rng.fill_bytes(&mut b);
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    let h = hex::encode(b);
    format!("{}-{}-{}-{}-{}", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..])
}

/// A code of six digits, 100000 to 999999.
pub fn code(rng: &mut impl RngCore) -> i32 {
    100_000 + i32::try_from(rng.next_u32() % 900_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn lengths_and_ranges() {
        let mut rng = StdRng::seed_from_u64(7);
        assert_eq!((secure(&mut rng).len(), key(&mut rng).len(), friendly(&mut rng).len(), uuid(&mut rng).len()), (24, 8, 20, 36));
        assert!((0..1000).all(|_| (100_000..1_000_000).contains(&code(&mut rng))));
    }
}
