//! Whole exchanges as they were recorded with their headers: uploads and downloads
//! of four kinds of file, and requests that are not what they should be. What they
//! are made of stands in `transcripts.json`.

use crate::{data, state, world::World};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use md5::{Digest, Md5};
use poem::{Endpoint, Request, Response, http::Method};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

fn transcripts() -> Json {
    serde_json::from_str(&std::fs::read_to_string(data().with_file_name("transcripts.json")).expect("the transcripts")).expect("JSON")
}

/// What came back.
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    cookie: String,
    body: Vec<u8>,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let headers: BTreeMap<String, String> = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect();
        let cookie = response.headers().get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()?.split(';').next().map(ToOwned::to_owned)).collect::<Vec<_>>().join("; ");
        Self { status: response.status().as_u16(), headers, cookie, body: response.into_body().into_vec().await.expect("a body") }
    }

    fn json(&self) -> Json {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Where the answer differs from what was recorded.
    fn unlike(&self, name: &str, expected: &Json) -> Vec<String> {
        let mut problems = Vec::new();
        if json!(self.status) != expected["status"] {
            problems.push(format!("{name}: status {} instead of {}", self.status, expected["status"]));
        }
        for (header, value) in expected["headers"].as_object().unwrap_or(&Map::new()) {
            let ours = self.headers.get(header);
            if ours.map(String::as_str) != value.as_str() {
                problems.push(format!("{name}: {header} is {ours:?} instead of {value}"));
            }
        }
        problems
    }
}

async fn ask(world: &World, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
    let mut request =
        Request::builder().method(method.parse::<Method>().expect("a method")).uri(path.parse().expect("an address")).header("host", "localhost:3000").header("accept", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(world.endpoint.get_response(request.body(body)).await).await
}

async fn signed_in(world: &World) -> String {
    let states = state::unpack(&data().join("states.jsonl.gz"));
    states["0159"].restore(world.pool(), &world.shape, TimeDelta::zero()).await;
    let sent = json!({"user": {"email": "ben@example.com", "password": "contract-test-pass-1"}}).to_string();
    ask(world, "POST", "/api/v1/sessions", &[("content-type", "application/json")], sent.into_bytes()).await.cookie
}

/// The path and query of an address.
fn local(address: &str) -> String {
    address.split_once("localhost:3000").map_or_else(|| address.to_owned(), |(_, rest)| rest.to_owned())
}

#[tokio::test]
async fn files_come_and_go_as_recorded() {
    let world = World::new().await;
    let cookie = signed_in(&world).await;
    let mut problems = Vec::new();
    for file in transcripts()["files"].as_array().expect("files") {
        let (mut described, steps) = (file["blob"].clone(), &file["steps"]);
        let name = described["filename"].as_str().expect("a name").to_owned();
        let kind = described["content_type"].as_str().expect("a type").to_owned();
        let size = usize::try_from(described["byte_size"].as_u64().expect("a size")).expect("a size");
        // Of the others only size and sum were recorded.
        let bytes = if name == "notes.txt" { b"line one\nline two\n".to_vec() } else { b"<svg>".iter().copied().cycle().take(size).collect() };
        let sum = STANDARD.encode(Md5::digest(&bytes));
        described["checksum"] = json!(sum);
        let begin = json!({ "blob": described }).to_string();
        let begun = ask(&world, "POST", "/rails/active_storage/direct_uploads", &[("content-type", "application/json"), ("cookie", &cookie)], begin.clone().into_bytes()).await;
        problems.extend(begun.unlike(&format!("{name}: direct upload"), &steps["direct upload"]));
        let told = begun.json();
        let keys: Vec<&String> = told.as_object().expect("an object").keys().collect();
        assert_eq!(json!(keys), steps["direct upload"]["keys"], "{name}");
        assert_eq!(told["direct_upload"]["headers"], steps["direct upload"]["upload_headers"], "{name}");
        let upload = local(told["direct_upload"]["url"].as_str().expect("an address"));
        let put = ask(&world, "PUT", &upload, &[("content-type", &kind)], bytes.clone()).await;
        problems.extend(put.unlike(&format!("{name}: put"), &steps["put"]));
        let longer = [bytes.as_slice(), b"!"].concat();
        problems.extend(ask(&world, "PUT", &upload, &[("content-type", &kind)], longer).await.unlike(&format!("{name}: put more"), &steps["put again wrong checksum"]));
        let other: Vec<u8> = bytes.iter().map(|b| b ^ 1).collect();
        assert_eq!(ask(&world, "PUT", &upload, &[("content-type", &kind)], other).await.status, 422, "{name}: other bytes of the same length");

        let signed = told["signed_id"].as_str().expect("a signed id");
        let lasting = format!("/rails/active_storage/blobs/redirect/{signed}/{name}");
        let redirect = ask(&world, "GET", &lasting, &[], Vec::new()).await;
        problems.extend(redirect.unlike(&format!("{name}: redirect"), &steps["get redirect"]));
        let place = local(redirect.headers.get("location").expect("a place"));
        let found = ask(&world, "GET", &place, &[], Vec::new()).await;
        problems.extend(found.unlike(&format!("{name}: follow"), &steps["follow redirect"]));
        assert_eq!(found.body, bytes, "{name}");
        let part = ask(&world, "GET", &place, &[("range", "bytes=2-5")], Vec::new()).await;
        problems.extend(part.unlike(&format!("{name}: range"), &steps["follow range redirect"]));
        assert_eq!(part.body, bytes[2..6], "{name}");
        for (range, status, expected) in [("bytes=-3", 206, &bytes[size - 3..]), ("bytes=10-", 206, &bytes[10..]), ("bytes=99999-", 416, &[][..])] {
            let answer = ask(&world, "GET", &place, &[("range", range)], Vec::new()).await;
            assert_eq!((answer.status, answer.body.as_slice()), (status, expected), "{name}: {range}");
        }
        let proxied = ask(&world, "GET", &format!("/rails/active_storage/blobs/proxy/{signed}/{name}"), &[], Vec::new()).await;
        problems.extend(proxied.unlike(&format!("{name}: proxy"), &steps["get proxy"]));
        // Any tag does, as long as it is weak and known again.
        let tag = proxied.headers.get("etag").expect("a tag").clone();
        assert!(tag.starts_with("W/\""), "{name}: {tag}");
        assert_eq!(ask(&world, "GET", &format!("/rails/active_storage/blobs/proxy/{signed}/{name}"), &[("if-none-match", &tag)], Vec::new()).await.status, 304, "{name}");
        let download = ask(&world, "GET", &format!("{lasting}?disposition=attachment"), &[], Vec::new()).await;
        problems.extend(download.unlike(&format!("{name}: download"), &steps["get download"]));
        let kept = ask(&world, "GET", &local(download.headers.get("location").expect("a place")), &[], Vec::new()).await;
        assert!(kept.headers["content-disposition"].starts_with("attachment"), "{name}: {:?}", kept.headers);
        let (start, _) = signed.split_at(signed.len() - 3);
        problems.extend(ask(&world, "GET", &format!("/rails/active_storage/blobs/redirect/{start}abc/{name}"), &[], Vec::new()).await.unlike(&format!("{name}: tampered"), &steps["get tampered"]));

        let comment = json!({"comment": {"discussion_id": 1, "body": "file", "body_format": "md", "parent_id": 1, "parent_type": "Discussion", "files": [signed]}}).to_string();
        let attached = ask(&world, "POST", "/api/v1/comments", &[("content-type", "application/json"), ("cookie", &cookie)], comment.into_bytes()).await;
        assert_eq!(attached.status, 200, "{name}");
        let attachment = &attached.json()["comments"][0]["attachments"][0];
        assert_eq!((&attachment["filename"], &attachment["byte_size"]), (&json!(name), &json!(size)), "{name}");
        // Somebody who is not signed in fills no disk.
        let stranger = ask(&world, "POST", "/rails/active_storage/direct_uploads", &[("content-type", "application/json")], begin.into_bytes()).await;
        assert_eq!(stranger.status, 401, "{name}");
    }
    world.done().await;
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[tokio::test]
async fn odd_requests_are_answered_as_recorded() {
    let world = World::new().await;
    let cookie = signed_in(&world).await;
    let mut problems = Vec::new();
    for asked in transcripts()["requests"].as_array().expect("requests") {
        let (name, method, path) = (asked["name"].as_str().expect("a name"), asked["method"].as_str().expect("a method"), asked["path"].as_str().expect("a path"));
        let body = if asked["body"].is_object() { asked["body"].to_string().into_bytes() } else { Vec::new() };
        let answer = ask(&world, method, path, &[("content-type", "application/json"), ("cookie", &cookie)], body).await;
        problems.extend(answer.unlike(name, asked));
        if asked["json"] == json!(true) && serde_json::from_slice::<Json>(&answer.body).is_err() {
            problems.push(format!("{name}: no JSON"));
        }
    }
    world.done().await;
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
