//! Files under `public/`, which are there for what the documents link to.

use http::{Method, header};

use super::Scenario;
use super::answers::{file, image, image_not_modified, not_allowed_of_one_form, options};
use crate::ask::Ask;

const MAP: &str = "/maps/west.png";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::answered(
            "a map has the media type that its entry gives",
            Ask::get(MAP),
            image("image/png", "public/maps/west.png"),
        ),
        Scenario::answered(
            "a territory is GeoJSON whatever its name",
            Ask::get("/maps/west.json"),
            file("application/geo+json", "public/maps/west.json"),
        ),
        Scenario::answered(
            "authorization server metadata is JSON though its name has no extension",
            Ask::get("/.well-known/oauth-authorization-server"),
            file(
                "application/json",
                "public/.well-known/oauth-authorization-server",
            ),
        ),
        Scenario::answered(
            "a page among the files is put in a sandbox",
            Ask::get("/docs/data%20access.html"),
            file("text/html; charset=UTF-8", "public/docs/data access.html"),
        ),
        Scenario::answered(
            "a name beyond ASCII answers where its document puts it",
            Ask::get("/maps/caf%C3%A9.svg"),
            file("image/svg+xml", "public/maps/café.svg"),
        ),
        Scenario::answered(
            "hexadecimal digits are the same in either case",
            Ask::get("/maps/caf%c3%a9.svg"),
            file("image/svg+xml", "public/maps/café.svg"),
        ),
        Scenario::answered(
            "a further endpoint has files of its own",
            Ask::get("/partners/solar.geojson"),
            file(
                "application/geo+json",
                "partners/public/partners/solar.geojson",
            ),
        ),
        Scenario::answered(
            "HEAD gets the fields of GET for a file",
            Ask::new(Method::HEAD, MAP),
            image("image/png", "public/maps/west.png"),
        ),
        Scenario::answered(
            "a file has a tag",
            Ask::get(MAP).with(header::IF_NONE_MATCH, "{etag}"),
            image_not_modified(),
        ),
        Scenario::answered(
            "OPTIONS says what is allowed with a file",
            Ask::new(Method::OPTIONS, MAP),
            options(),
        ),
        Scenario::answered(
            "POST is not allowed with a file",
            Ask::new(Method::POST, MAP).carrying("x"),
            not_allowed_of_one_form(),
        ),
        Scenario::passed_on(
            "a file that nothing links to is not served",
            Ask::get("/unlinked.txt"),
        ),
        Scenario::passed_on(
            "the folder's name is no part of a path",
            Ask::get("/public/maps/west.png"),
        ),
        Scenario::passed_on(
            "a linked page that is the portal's stays the portal's",
            Ask::get("/data-access"),
        ),
        Scenario::passed_on("folders are not listed", Ask::get("/maps/")),
    ]
}
