//! The back office, as a member's browser without scripts sees it: pages, forms, links.

mod attendance;
mod edit;
mod home;
mod invitations;
mod leases;
mod orders;
mod second_step;
mod takings;
mod team;
mod wizard;

use reqwest::Method;
use shared::ids::UserId;
use sync_server::accounts::session::SessionKind;

use crate::support::{Answer, TestServer};

/// A member's browser.
pub(crate) struct Clerk<'a> {
    pub(crate) server: &'a TestServer,
    cookie: String,
    csrf: String,
}

impl<'a> Clerk<'a> {
    pub(crate) async fn of(server: &'a TestServer, account: UserId) -> Self {
        let session = server.session(account, SessionKind::Browser).await;
        let mut clerk = Self {
            server,
            cookie: format!("__Host-session={}", session.credential),
            csrf: String::new(),
        };
        let own = clerk.see("/fr/account").await;
        let (_, rest) = own.text.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap().clone_into(&mut clerk.csrf);
        clerk
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.server.request(method, path);
        request
            .header("accept", "text/html")
            .header("cookie", &self.cookie)
    }

    pub(crate) async fn see(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// With the session's token.
    pub(crate) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend(fields.iter().filter(|(name, _)| *name != "csrf"));
        self.send_bare(path, &all).await
    }

    /// As it is.
    pub(crate) async fn send_bare(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.server.form(path, fields);
        let form = form.header("accept", "text/html");
        Answer::of(form.header("cookie", &self.cookie)).await
    }

    /// Sends what a page's form holds.
    pub(crate) async fn submit(&self, form: &PageForm) -> Answer {
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.send_bare(&form.action, &fields).await
    }
}

/// A form of a page with what stands in its fields.
#[derive(Clone, Debug)]
pub(crate) struct PageForm {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl PageForm {
    /// The form behind `mark`, as a browser would send it without anything being typed or pressed.
    #[track_caller]
    pub(crate) fn of(page: &Answer, mark: &str) -> Self {
        let rest = page.text.split_once(mark);
        let (_, rest) = rest.unwrap_or_else(|| panic!("no {mark} in {}", page.text));
        let (head, rest) = rest.split_once('>').unwrap();
        let body = rest.split("</form>").next().unwrap();
        let mut form = Self {
            action: attribute(head, "action").expect("a form has an action"),
            fields: Vec::new(),
        };
        for tag in body.split('<').skip(1) {
            form.read(tag);
        }
        form
    }

    fn read(&mut self, tag: &str) {
        let Some((head, text)) = tag.split_once('>') else {
            return;
        };
        let kind = head.split(' ').next().unwrap_or_default();
        let name = attribute(head, "name");
        let value = attribute(head, "value").unwrap_or_default();
        match (kind, name) {
            ("input", Some(name)) => {
                let is_box = head.contains("type=\"checkbox\"") || head.contains("type=\"radio\"");
                if !is_box || head.contains(" checked") {
                    self.fields.push((name, value));
                }
            }
            ("textarea", Some(name)) => {
                let text = text.strip_prefix('\n').unwrap_or(text);
                self.fields.push((name, unescaped(text)));
            }
            ("select", Some(name)) => self.fields.push((name, "?".to_owned())),
            ("option", None) => {
                let last = self.fields.last_mut().unwrap();
                if last.1 == "?" || head.contains(" selected") {
                    last.1 = value;
                }
            }
            _ => {}
        }
    }

    /// Types into a field that is there.
    #[track_caller]
    pub(crate) fn fill(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(field, _)| field == name);
        let field = field.unwrap_or_else(|| panic!("no field {name}"));
        value.clone_into(&mut field.1);
        self
    }

    /// Presses a button that has a name.
    pub(crate) fn press(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    #[track_caller]
    pub(crate) fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(field, _)| field == name);
        let (_, value) = field.unwrap_or_else(|| panic!("no field {name} in {:?}", self.fields));
        value
    }
}

fn attribute(head: &str, name: &str) -> Option<String> {
    let (_, rest) = head.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    let pairs = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ];
    pairs
        .into_iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
