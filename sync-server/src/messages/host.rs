//! The name under which people know the platform.

/// Of its address.
pub(crate) fn host(public_url: &str) -> &str {
    let authority = public_url
        .split_once("://")
        .map_or(public_url, |(_, rest)| rest);
    authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_stands_between_scheme_and_port() {
        assert_eq!(host("https://billets.example"), "billets.example");
        assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1");
    }
}
