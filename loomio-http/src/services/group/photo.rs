//! Pictures of groups: the logo, the cover, and the cover that every new group has.

use crate::{
    json::params::BadParams,
    services::{Done, Visit, blob, locate},
};
use image::{ImageEncoder, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use loomio_core::policy::{self, Permit};
use loomio_db::{
    Write, facts, find,
    rows::{Group, Version},
};

/// The size of a cover, in pixels.
const COVER: (u32, u32) = (1400, 320);
/// How good a cover is kept, 1 to 100.
const QUALITY: u8 = 85;

/// The colours of the covers, from the left to the right: one pair for each name.
const COLOURS: [([u8; 3], [u8; 3]); 14] = [
    ([33, 71, 97], [120, 163, 154]),
    ([92, 45, 71], [222, 146, 110]),
    ([28, 84, 74], [196, 204, 132]),
    ([61, 52, 104], [170, 150, 205]),
    ([120, 66, 24], [238, 196, 112]),
    ([20, 60, 66], [104, 190, 186]),
    ([74, 34, 42], [206, 118, 112]),
    ([40, 62, 34], [158, 186, 96]),
    ([30, 44, 88], [132, 170, 226]),
    ([86, 70, 40], [214, 190, 142]),
    ([52, 32, 72], [198, 110, 160]),
    ([24, 76, 100], [236, 210, 150]),
    ([64, 64, 72], [178, 186, 196]),
    ([96, 40, 20], [240, 164, 72]),
];

/// A cover: hills of one colour before a sky of another. `n` chooses among them.
///
/// # Errors
/// When it cannot be written as JPEG.
pub fn cover(n: usize) -> Result<Vec<u8>, image::ImageError> {
    let (dark, light) = COLOURS[n % COLOURS.len()];
    let (width, height) = COVER;
    let mix = |share: f32| -> Rgb<u8> { Rgb(std::array::from_fn(|i| (f32::from(dark[i]) * (1.0 - share) + f32::from(light[i]) * share) as u8)) };
    let phase = n as f32 * 0.7;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (across, down) = (x as f32 / width as f32, y as f32 / height as f32);
        // Three rows of hills, the nearer the darker and the lower.
        let hills = (0u8..3).rev().find(|row| {
            let row = f32::from(*row);
            let top = 0.45 + row * 0.18 + 0.08 * (across * (5.0 + row * 2.0) + phase + row).sin();
            down > top
        });
        hills.map_or_else(|| mix(1.0 - down * 0.35), |row| mix(0.55 - f32::from(row) * 0.22))
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).write_image(picture.as_raw(), width, height, image::ExtendedColorType::Rgb8)?;
    Ok(bytes)
}

/// Gives a new group one of the covers. The original keeps two versions without
/// changes of a group that gets a file: when it is attached and when it is measured.
///
/// # Errors
/// When the file cannot be kept or the database refuses.
pub async fn attach_default_cover(visit: &Visit, w: &Write, permit: &Permit, group: &Group) -> Done<()> {
    let n = w.random_below(u32::try_from(COLOURS.len()).unwrap_or(1)) as usize;
    let bytes = match tokio::task::spawn_blocking(move || cover(n)).await {
        Ok(Ok(bytes)) => bytes,
        // A group without a picture is better than none.
        _ => return Ok(()),
    };
    let file = blob::store(&visit.app, w, permit, &format!("cover{}.jpg", n + 1), "image/jpeg", bytes.into()).await?;
    blob::attach(w, permit, "Group", group.id.into(), "cover_photo", &file).await?;
    touched(w, permit, group.id).await?;
    touched(w, permit, group.id).await
}

/// The version that a mere touch leaves.
async fn touched(w: &Write, permit: &Permit, group_id: i32) -> Done<()> {
    let version = Version { item_type: "Group".to_owned(), item_id: group_id, event: "update".to_owned(), whodunnit: w.whodunnit(), created_at: Some(w.now()), ..Version::default() };
    w.insert(permit, version).await?;
    Ok(())
}

/// `logo` or `cover_photo`.
fn kind(visit: &Visit) -> Done<&'static str> {
    match visit.params.text("kind").as_deref() {
        Some("logo") => Ok("logo"),
        Some("cover_photo") => Ok("cover_photo"),
        _ => Err(BadParams::Unpermitted(vec!["kind".to_owned()]).into()),
    }
}

/// Gives a group another logo or cover.
///
/// # Errors
/// When there is no picture, or the visitor does not administer the group.
pub async fn upload(visit: &Visit, id: &str) -> Done {
    let file = visit.upload("file")?;
    let kind = kind(visit)?;
    let found = locate::group(visit, id).await?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::group::load(w.conn(), &visit.actor, found.id).await?.unwrap_or_default(), "update")?;
    let stored = blob::store_picture(visit, &w, &permit, file).await?;
    blob::attach(&w, &permit, "Group", found.id.into(), kind, &stored).await?;
    touched(&w, &permit, found.id).await?;
    let group: Group = find::by_id(w.conn(), found.id).await?.unwrap_or(found);
    w.commit().await?;
    visit.render(&[group], None, "groups").await
}

/// Takes a group's logo or cover away.
///
/// # Errors
/// When the visitor does not administer the group.
pub async fn remove(visit: &Visit, id: &str) -> Done {
    let kind = kind(visit)?;
    let found = locate::group(visit, id).await?;
    let w = visit.begin().await?;
    let permit = policy::authorize(&facts::group::load(w.conn(), &visit.actor, found.id).await?.unwrap_or_default(), "update")?;
    blob::detach(&w, &permit, "Group", found.id.into(), kind).await?;
    w.commit().await?;
    visit.render(&[found], None, "groups").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_are_jpegs_of_their_size_and_differ() {
        let size = |bytes: &[u8]| image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg).map(|i| (i.width(), i.height())).ok();
        let (one, two) = (cover(0).unwrap_or_default(), cover(1).unwrap_or_default());
        assert_eq!((size(&one), size(&two)), (Some(COVER), Some(COVER)));
        assert_ne!(one, two);
    }
}
