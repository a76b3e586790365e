//! Results of a poll as a round picture, for mails.
//!
//! Source: `lib/pie_chart_svg.rb`.

use image::{ImageFormat, Rgba, RgbaImage};
use poem::{
    Response, Route, handler,
    http::{StatusCode, header},
    web::Query,
};
use serde::Deserialize;
use std::io::Cursor;
use tokio::sync::Semaphore;

const SIZE: u32 = 512;
const MOST_SLICES: usize = 100;
const GREY: [u8; 3] = [0x80, 0x80, 0x80];

/// What is drawn.
#[derive(Debug, Deserialize)]
struct Wanted {
    scores: Option<String>,
    colors: Option<String>,
}

fn color(text: &str) -> Option<[u8; 3]> {
    let text = text.trim().trim_start_matches('#');
    let full = if text.len() == 3 { text.chars().flat_map(|c| [c, c]).collect() } else { text.to_owned() };
    hex::decode(full).ok()?.try_into().ok()
}

/// Slices that are not empty: where each ends, in parts of the circle, and its colour.
fn slices(scores: &str, colors: &str) -> Vec<(f64, [u8; 3])> {
    let colors: Vec<[u8; 3]> = colors.split(',').map(|c| color(c).unwrap_or(GREY)).collect();
    let scores: Vec<f64> = scores.split(',').take(MOST_SLICES).map(|s| s.trim().parse::<f64>().unwrap_or(0.0)).map(|s| if s.is_finite() { s.max(0.0) } else { 0.0 }).collect();
    let total: f64 = scores.iter().sum();
    let mut end = 0.0;
    scores
        .iter()
        .enumerate()
        .filter(|(_, score)| total > 0.0 && **score > 0.0)
        .map(|(at, score)| {
            end += score / total;
            (end, colors.get(at).copied().unwrap_or(GREY))
        })
        .collect()
}

/// The colour at a place, from the top against the clock; `None` outside of the circle.
fn at(x: f64, y: f64, slices: &[(f64, [u8; 3])]) -> Option<[u8; 3]> {
    let half = f64::from(SIZE) / 2.0;
    let (dx, dy) = (x - half, half - y);
    if dx.hypot(dy) > half {
        return None;
    }
    let turn = (dy.atan2(dx) / std::f64::consts::TAU - 0.25).rem_euclid(1.0);
    Some(slices.iter().find(|(end, _)| turn < *end).or(slices.last()).map_or(GREY, |(_, color)| *color))
}

fn draw(slices: &[(f64, [u8; 3])]) -> Vec<u8> {
    let picture = RgbaImage::from_fn(SIZE, SIZE, |x, y| {
        // Four places of each pixel make soft edges.
        let found: Vec<[u8; 3]> = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)].iter().filter_map(|(dx, dy)| at(f64::from(x) + dx, f64::from(y) + dy, slices)).collect();
        let count = u32::try_from(found.len()).unwrap_or(0);
        if count == 0 {
            return Rgba([0, 0, 0, 0]);
        }
        let mean = |channel: usize| u8::try_from(found.iter().map(|c| u32::from(c[channel])).sum::<u32>() / count).unwrap_or(u8::MAX);
        Rgba([mean(0), mean(1), mean(2), u8::try_from(count * 255 / 4).unwrap_or(u8::MAX)])
    });
    let mut out = Cursor::new(Vec::new());
    // Writing into memory fails for no picture of this size.
    let _ = picture.write_to(&mut out, ImageFormat::Png);
    out.into_inner()
}

/// Anybody may ask for a chart, so only two are drawn at a time.
static WORKERS: Semaphore = Semaphore::const_new(2);

#[handler]
async fn show(Query(wanted): Query<Wanted>) -> Response {
    let slices = slices(wanted.scores.as_deref().unwrap_or_default(), wanted.colors.as_deref().unwrap_or_default());
    let Ok(_turn) = WORKERS.acquire().await else { return Response::builder().status(StatusCode::SERVICE_UNAVAILABLE).body("") };
    match tokio::task::spawn_blocking(move || draw(&slices)).await {
        Ok(png) => Response::builder().header(header::CONTENT_DISPOSITION, "inline").header(header::CACHE_CONTROL, "public, max-age=86400").content_type("image/png").body(png),
        Err(_) => Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).body(""),
    }
}

/// Adds the address.
pub fn routes(route: Route) -> Route {
    route.at("/pie_chart", poem::get(show)).at("/pie_chart.png", poem::get(show))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_begin_at_the_top_and_go_against_the_clock() {
        let red = [255, 0, 0];
        let blue = [0, 0, 255];
        let slices = slices("1,0,1", "ff0000,00ff00,00f");
        assert_eq!(slices, [(0.5, red), (1.0, blue)]);
        assert_eq!((at(100.0, 256.0, &slices), at(400.0, 256.0, &slices), at(0.0, 0.0, &slices)), (Some(red), Some(blue), None));
    }

    #[test]
    fn nonsense_is_a_grey_circle() {
        for scores in ["", "0,0", "NaN,inf", "-1,-2"] {
            assert_eq!(at(256.0, 256.0, &slices(scores, "\"><script>")), Some(GREY), "{scores}");
        }
    }
}
