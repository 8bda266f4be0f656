//! What is asked and answered.

/// An exchange, byte for byte.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) request: Vec<u8>,
    pub(super) sending: Sending,
    pub(super) answer: Vec<u8>,
}

/// How a client sends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sending {
    AtOnce,
    /// Its body once it is told to go on.
    WhenToldTo,
    /// And then closes its side of the connection.
    ThenClose,
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// All exchanges.
pub(super) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for method in [
        "GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "M-SEARCH", "get",
        "X~odd",
    ] {
        cases.push(asking(&format!("{method} / HTTP/1.1\r\nHost: h\r\n\r\n")));
    }
    for target in TARGETS {
        cases.push(asking(&format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n")));
    }
    let long = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "x".repeat(8 << 10));
    cases.push(asking(&long));
    cases.push(asking("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"));
    for fields in FIELDS {
        cases.push(asking(&format!(
            "GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\n"
        )));
    }
    let many: String = (0..200).map(|n| format!("X-Field-{n}: {n}\r\n")).collect();
    cases.push(asking(&format!("GET / HTTP/1.1\r\nHost: h\r\n{many}\r\n")));
    let large = format!("X-Large: {}", "y".repeat(32 << 10));
    cases.push(asking(&format!(
        "GET / HTTP/1.1\r\nHost: h\r\n{large}\r\n\r\n"
    )));
    for body in BODIES {
        cases.push(asking(&format!("POST / HTTP/1.1\r\nHost: h\r\n{body}")));
    }
    cases.push(Case {
        sending: Sending::WhenToldTo,
        ..asking(
            "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody",
        )
    });
    for request in [
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody",
    ] {
        cases.push(Case {
            sending: Sending::ThenClose,
            ..asking(request)
        });
    }
    cases.push(asking("GET / HTTP/1.0\r\nHost: h\r\n\r\n"));
    cases.push(asking(
        "GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
    ));
    for answer in ANSWERS {
        cases.push(answering("GET", answer));
    }
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-None: 1\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
    ] {
        cases.push(answering("HEAD", answer));
    }
    let large = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Large: {}\r\n\r\nok",
        "z".repeat(32 << 10)
    );
    cases.push(answering("GET", &large));
    cases
}

const TARGETS: &[&str] = &[
    "//",
    "/a//b/",
    "/%2F%2f..%2F",
    "/../a/./b/..",
    "/;p=1;q",
    "/?",
    "/a?",
    "/?a=1&&b==&c;d",
    "/a?b?c",
    "/%zz%",
    "/%E2%82%AC",
    "/~!$&'()*+,;=:@",
    "/a?{}|^[]",
    "/.well-known/other",
];

const FIELDS: &[&str] = &[
    "Cookie: a=1; b=2\r\nCookie: c=3",
    "X-A: 1\r\nX-B: 2\r\nX-C: 3\r\nAccept: */*\r\nZ-Last: 4",
    "X-A: 1\r\nX-A: 2\r\nX-A: 1",
    "X-A: 1\r\nX-B: 2\r\nX-A: 3\r\nx-b: 4\r\nX-C: 5",
    "Connection: keep-alive\r\nX-A: 1\r\nKeep-Alive: timeout=5\r\nX-B: 2\r\nTE: trailers\r\nX-C: 3",
    "X-Text: caf\u{e9}",
    "x-CaSe: a\r\nX-CASE-2: b\r\naccept: */*",
    "X-Empty:\r\nX-After: 1",
    "X-Inner: a  b\tc",
    "X_Under_Score: 1",
    "Range: bytes=0-1,5-",
    "If-None-Match: W/\"a\", \"b\"\r\nIf-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT",
    "If-Match: *\r\nIf-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT\r\nIf-Range: \"a\"",
    "Accept-Encoding: gzip, br;q=0.5\r\nCache-Control: no-cache\r\nPragma: no-cache",
    "Authorization: Basic YTpi\r\nOrigin: null\r\nReferer: /x",
    "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nTracestate: a=b",
];

const BODIES: &[&str] = &[
    "Content-Length: 0\r\n\r\n",
    "Content-Length: 9\r\n\r\n\0\r\n\r\nGET /",
    "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n3\r\nabc\r\n0\r\nX-End: 1\r\n\r\n",
];

const ANSWERS: &[&str] = &[
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n3\r\nabc\r\n0\r\nX-End: 1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end",
    "HTTP/1.0 200 OK\r\n\r\nold",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 201 Created\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",
    "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/5\r\nContent-Length: 2\r\n\r\nab",
    "HTTP/1.1 301 Moved Permanently\r\nLocation: //elsewhere/%2F\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nETag: W/\"a\"\r\nCache-Control: max-age=5\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 50\r\n\r\n",
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"a\"\r\nWWW-Authenticate: Digest realm=\"b\"\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 3\r\n\r\ntea",
    "HTTP/1.1 299 Odd Reason, Here\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 4\r\n\r\nbusy",
    "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Expires=Sat, 01 Jan 2000 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nx-CaSe: a\r\nX-B: 1\r\nX-B: 2\r\nx-empty:\r\nServer: portal/1\r\nContent-Length: 0\r\nX-Last: 1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX-A: 1\r\nX-B: 2\r\nX-A: 3\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX-A: 1\r\nConnection: keep-alive\r\nX-B: 2\r\nKeep-Alive: timeout=5\r\nX-C: 3\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX-Text: caf\u{e9}\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\nContent-Length: 4\r\n\r\n\x1f\x0b\0\0",
    "HTTP/1.1 200 OK\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\nAge: 5\r\nVia: 1.1 cache\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
];

fn asking(request: &str) -> Case {
    Case {
        name: shortened(request),
        request: request.as_bytes().to_vec(),
        sending: Sending::AtOnce,
        answer: OK.as_bytes().to_vec(),
    }
}

fn answering(method: &str, answer: &str) -> Case {
    Case {
        name: format!("{method} answered {}", shortened(answer)),
        answer: answer.as_bytes().to_vec(),
        ..asking(&format!("{method} / HTTP/1.1\r\nHost: h\r\n\r\n"))
    }
}

fn shortened(text: &str) -> String {
    format!("{:?}", text.chars().take(120).collect::<String>())
}
