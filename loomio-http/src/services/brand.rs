//! Plain pictures of our own for the names that pages, mails and groups use, so that
//! a server without the original's pictures shows no broken ones.

use image::{ImageFormat, Rgba, RgbaImage};
use std::io::Cursor;

const GOLD: [u8; 3] = [0xDC, 0xA0, 0x34];
const COLORS: [(&str, [u8; 3]); 7] = [
    ("gold", GOLD),
    ("ink", [0x29, 0x3C, 0x4A]),
    ("wellington", [0x7F, 0x9E, 0xA0]),
    ("sunset", [0xE4, 0xC2, 0xB9]),
    ("sky", [0x65, 0x8A, 0xE7]),
    ("rock", [0xC7, 0x7C, 0x3B]),
    ("teal", [0x00, 0x80, 0x80]),
];

fn color(name: &str) -> [u8; 3] {
    COLORS.iter().find(|(word, _)| name.contains(word)).map_or(GOLD, |(_, color)| *color)
}

/// The number in a name such as `logo_gold_96h.png`, 8 to 512 pixels.
fn height(name: &str) -> u32 {
    let digits: String = name.chars().rev().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect::<Vec<_>>().into_iter().rev().collect();
    digits.parse().unwrap_or(128).clamp(8, 512)
}

/// Two rings that hold each other, in the colour that the name tells.
#[must_use]
pub fn svg(name: &str) -> String {
    let [r, g, b] = color(name);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 160 96\" width=\"160\" height=\"96\"><g fill=\"none\" stroke=\"#{r:02X}{g:02X}{b:02X}\" stroke-width=\"14\"><circle cx=\"56\" cy=\"48\" r=\"36\"/><circle cx=\"104\" cy=\"48\" r=\"36\"/></g></svg>"
    )
}

/// A ring, or a plain cover, in the colour and of the height that the name tells.
#[must_use]
pub fn png(name: &str) -> Vec<u8> {
    let [r, g, b] = color(name);
    let mut bytes = Cursor::new(Vec::new());
    let drawn = if name.contains("cover") {
        RgbaImage::from_pixel(1024, 256, Rgba([r, g, b, 255]))
    } else {
        let side = height(name);
        let (center, outer) = (f64::from(side) / 2.0, f64::from(side) / 2.0);
        RgbaImage::from_fn(side, side, |x, y| {
            let distance = (f64::from(x) + 0.5 - center).hypot(f64::from(y) + 0.5 - center);
            if distance <= outer && distance >= outer * 0.55 { Rgba([r, g, b, 255]) } else { Rgba([r, g, b, 0]) }
        })
    };
    // Writing into memory fails for no picture of this size.
    let _ = drawn.write_to(&mut bytes, ImageFormat::Png);
    bytes.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_size_and_color() {
        for (name, size, rgb) in [("logo_gold_96h", 96, GOLD), ("icon_sky_150h", 150, [0x65, 0x8A, 0xE7]), ("icon512", 512, GOLD), ("icon", 128, GOLD), ("logo_99999", 512, GOLD)] {
            assert_eq!((height(name), color(name)), (size, rgb), "{name}");
        }
        assert!(png("icon_gold_16").starts_with(b"\x89PNG"));
    }
}
