//! Who works for the organizer, and as what.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::{OrganizerId, UserId};
use shared::wire::latest::ErrorCode;
use uuid::Uuid;

use super::desk::{Desk, Office};
use super::fields::{Field, Wrong};
use super::page::{Here, OfficePage, on_to, shown};
use crate::accounts::members::{self, MemberRequest};
use crate::accounts::{Right, Role, invitations, parse_email, profile, second_asked};
use crate::app::App;
use crate::messages::when::date_and_time;
use crate::web::store::Texts;
use crate::web::{ApiError, Form, Path};

/// The pages of a team say no time zone; the store's own is France's.
const TIME_ZONE: &str = "Europe/Paris";

#[derive(Template)]
#[template(path = "office/team.html")]
struct TeamHtml {
    page: OfficePage,
    members: Vec<Line>,
    invited: Vec<Invited>,
    asks_second_step: bool,
    second_step: String,
    again: String,
    withdraw: String,
    /// Roles with what each may do.
    roles: Vec<(String, String)>,
    action: String,
    fields: Vec<Field>,
    problem: Option<String>,
}

struct Line {
    name: String,
    email: String,
    role: String,
    id: UserId,
    remove: String,
    has_second_step: bool,
}

/// Who has not come yet.
struct Invited {
    id: Uuid,
    email: String,
    role: String,
    sent: String,
    is_over: bool,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageMembers).await?;
    page(&app, &office, &SetForm::default(), &Wrong::default(), None).await
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SetForm {
    email: String,
    role: String,
}

/// Adds somebody, or gives somebody another role. Whoever has no account is asked by mail.
pub(super) async fn set(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Form(form): Form<SetForm>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageMembers).await?;
    let t = office.desk.t;
    let mut wrong = Wrong::default();
    let Some(role) = Role::from_text(&form.role) else {
        wrong.add("role", t.get("office-wrong-role"));
        return page(&app, &office, &form, &wrong, None).await;
    };
    let email = form.email.trim();
    if parse_email(email).is_ok() && !profile::has_account(&app, email).await? {
        let by = (organizer, office.desk.identity.account);
        let asked = invitations::invite(&app, by, (email, role), office.desk.language).await;
        return match asked {
            Ok(()) => Ok(on_to(&office.own("/team"))),
            Err(error) => refused(&app, &office, &form, error).await,
        };
    }
    let request = MemberRequest {
        email: form.email.clone(),
        role,
    };
    match members::set(&app, organizer, &request).await {
        Ok(_) => Ok(on_to(&office.own("/team"))),
        Err(error) => refused(&app, &office, &form, error).await,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct RemoveForm {
    member: UserId,
}

pub(super) async fn remove(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Form(form): Form<RemoveForm>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageMembers).await?;
    match members::remove(&app, organizer, form.member).await {
        // Whoever removes themself has no more to do here.
        Ok(()) if form.member == office.desk.identity.account => Ok(on_to(&office.at(""))),
        Ok(()) => Ok(on_to(&office.own("/team"))),
        Err(error) => refused(&app, &office, &SetForm::default(), error).await,
    }
}

/// Whether the organizer shall ask its members for both steps.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Asks {
    On,
    Off,
}

#[derive(Debug, Deserialize)]
pub(super) struct SecondStepForm {
    asks: Asks,
}

pub(super) async fn ask_second_step(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Form(form): Form<SecondStepForm>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageMembers).await?;
    match form.asks {
        Asks::Off => second_asked::stop_asking(&app, organizer).await?,
        Asks::On => {
            let asked = second_asked::ask(&app, organizer, &office.desk.identity).await;
            match asked {
                Ok(()) => {}
                Err(error) if error.code() == ErrorCode::Conflict => {
                    let problem = Some(office.desk.t.get("office-second-yourself").into_owned());
                    let (form, wrong) = (SetForm::default(), Wrong::default());
                    return page(&app, &office, &form, &wrong, problem).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(on_to(&office.own("/team")))
}

#[derive(Debug, Deserialize)]
pub(super) struct InvitedForm {
    invited: Uuid,
}

pub(super) async fn invite_again(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Form(form): Form<InvitedForm>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageMembers).await?;
    invitations::resend(&app, organizer, form.invited, office.desk.language).await?;
    Ok(on_to(&office.own("/team")))
}

pub(super) async fn withdraw(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Form(form): Form<InvitedForm>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageMembers).await?;
    invitations::withdraw(&app, organizer, form.invited).await?;
    Ok(on_to(&office.own("/team")))
}

/// The address is none, or nobody would be left to own the organizer, or too many were asked already.
async fn refused(
    app: &App,
    office: &Office,
    form: &SetForm,
    error: ApiError,
) -> Result<Response, ApiError> {
    let t = office.desk.t;
    let mut wrong = Wrong::default();
    match error.code() {
        ErrorCode::InvalidRequest => wrong.add("email", t.get("office-wrong-member")),
        ErrorCode::Conflict => {
            let problem = Some(t.get("office-wrong-only-owner").into_owned());
            return page(app, office, form, &wrong, problem).await;
        }
        ErrorCode::TooManyRequests => {
            let problem = Some(t.get("office-invited-many").into_owned());
            return page(app, office, form, &wrong, problem).await;
        }
        _ => return Err(error),
    }
    page(app, office, form, &wrong, None).await
}

async fn page(
    app: &App,
    office: &Office,
    form: &SetForm,
    wrong: &Wrong,
    problem: Option<String>,
) -> Result<Response, ApiError> {
    let t = office.desk.t;
    let organizer = office.organizer.id;
    let members = members::list(app, organizer).await?;
    let (language, now_ms) = (office.desk.language, app.now_ms());
    let invited = invitations::list(app, organizer).await?;
    let invited = invited.into_iter().map(|open| Invited {
        id: open.id,
        email: open.email,
        role: role_word(open.role, t),
        sent: t.named(
            "office-invited-sent",
            "when",
            date_and_time(open.sent_ms, TIME_ZONE, language),
        ),
        is_over: open.expires_ms <= now_ms,
    });
    let roles = Role::ALL.map(|role| (role.as_str(), role_word(role, t)));
    let any = [("", t.get("office-choose").into_owned())].into_iter();
    let fields = vec![
        Field::email("email", t.get("office-member-email"), &form.email)
            .help(t.get("office-member-email-help")),
        Field::choice(
            "role",
            t.get("office-member-role"),
            &form.role,
            any.chain(roles.clone()),
        ),
    ];
    let path = format!("/{organizer}/team");
    let status = if wrong.is_empty() && problem.is_none() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let html = TeamHtml {
        page: office.page(Here::Team, t.get("office-team"), &path),
        members: members
            .into_iter()
            .map(|member| Line {
                role: role_word(member.role, t),
                has_second_step: member.has_second_step,
                name: member.name,
                email: member.email,
                id: member.account_id,
                remove: office.at(format_args!("{path}/remove")),
            })
            .collect(),
        invited: invited.collect(),
        asks_second_step: second_asked::asks(app, organizer).await?,
        second_step: office.at(format_args!("{path}/second-step")),
        again: office.at(format_args!("{path}/invited/again")),
        withdraw: office.at(format_args!("{path}/invited/withdraw")),
        roles: Role::ALL
            .map(|role| {
                let means = t.get(&format!("office-role-{}-means", role.as_str()));
                (role_word(role, t), means.into_owned())
            })
            .into(),
        action: office.at(&path),
        fields: fields.into_iter().map(|field| field.told(wrong)).collect(),
        problem: problem.or_else(|| wrong.counted(t)),
    };
    shown(status, &html)
}

fn role_word(role: Role, t: Texts) -> String {
    t.get(&format!("office-role-{}", role.as_str()))
        .into_owned()
}
