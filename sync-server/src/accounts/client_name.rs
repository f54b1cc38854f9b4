//! What a browser says it is, in two words: a person knows her own telephone by them, and more is not kept.

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;

/// `Firefox, Android`; of another program the first word. None where nothing is said.
pub(super) fn client_name(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(USER_AGENT)?.to_str().ok()?;
    let first = said.split(['/', ' ', '(', ';']).next()?.trim();
    if first != "Mozilla" && first != "Opera" {
        let named: String = first.chars().take(40).collect();
        return (!named.is_empty()).then_some(named);
    }
    // Each browser names those before it, too.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let of = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(mark, _)| said.contains(mark));
        found.map(|(_, name)| *name)
    };
    let words: Vec<&str> = [of(&browsers), of(&systems)]
        .into_iter()
        .flatten()
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(said: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, said.parse().unwrap());
        client_name(&headers)
    }

    #[test]
    fn browsers_are_told_apart_and_others_give_their_first_word() {
        let cases = [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
                "Chrome, Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0",
                "Edge, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari, iPhone",
            ),
            (
                "Mozilla/5.0 (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0",
                "Firefox, Android",
            ),
            ("curl/8.14.1", "curl"),
        ];
        for (said, name) in cases {
            assert_eq!(named(said).as_deref(), Some(name), "{said}");
        }
        assert_eq!(named("Mozilla/5.0 (compatible)"), None);
        assert_eq!(named(""), None);
        assert_eq!(named(&"x".repeat(9_000)).unwrap().len(), 40);
        assert_eq!(client_name(&HeaderMap::new()), None);
    }
}
