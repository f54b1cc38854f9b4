//! Who may do what for an organizer. The table is [`Role::may`]; the platform's admins may all.

use serde::{Deserialize, Serialize};
use shared::ids::OrganizerId;

use super::Identity;
use crate::web::ApiError;

/// What a member is, for one organizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, members included.
    Owner,
    /// Everything but members.
    Manager,
    /// Sells, refunds, lets in.
    BoxOffice,
    /// Lets in.
    Door,
    /// Reads figures.
    Viewer,
}

/// What can be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// See who is a member and change it.
    ManageMembers,
    /// Say to which account the money goes.
    ManageMoney,
    /// Create and change venues, events, types, gates and windows; see drafts.
    EditEvents,
    /// See all orders and tickets, with names.
    ReadOrders,
    /// Cancel and refund the orders of others.
    RefundOrders,
    /// Offer, confirm and revoke devices.
    ManageDevices,
    /// Let people in online.
    ScanTickets,
    /// Counts, alerts and devices.
    ReadFigures,
    /// Settle alerts: void, label, block.
    Annotate,
}

impl Role {
    /// All of them, the mightiest first.
    pub const ALL: [Self; 5] = [
        Self::Owner,
        Self::Manager,
        Self::BoxOffice,
        Self::Door,
        Self::Viewer,
    ];

    /// As it stands in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::BoxOffice => "box_office",
            Self::Door => "door",
            Self::Viewer => "viewer",
        }
    }

    /// From its text.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether this role includes that right.
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::ManageMembers | Right::ManageMoney => self == Self::Owner,
            Right::EditEvents | Right::ManageDevices => matches!(self, Self::Owner | Self::Manager),
            Right::ReadOrders | Right::RefundOrders | Right::Annotate => {
                matches!(self, Self::Owner | Self::Manager | Self::BoxOffice)
            }
            Right::ScanTickets => {
                matches!(
                    self,
                    Self::Owner | Self::Manager | Self::BoxOffice | Self::Door
                )
            }
            Right::ReadFigures => true,
        }
    }
}

/// Passes if `identity` has `right` for `organizer`. No query: memberships are read with the session, and like it are
/// at most 5 s old.
///
/// # Errors
/// `forbidden`. A resource that strangers may not even know of is better answered with `not_found` by the caller.
pub fn require(identity: &Identity, organizer: OrganizerId, right: Right) -> Result<(), ApiError> {
    if identity.may(organizer, right) {
        Ok(())
    } else {
        Err(ApiError::forbidden())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_its_people_need_and_no_more() {
        let may = |role: Role| {
            [
                Right::ManageMembers,
                Right::ManageMoney,
                Right::EditEvents,
                Right::ReadOrders,
                Right::RefundOrders,
                Right::ManageDevices,
                Right::ScanTickets,
                Right::ReadFigures,
                Right::Annotate,
            ]
            .map(|right| if role.may(right) { 'x' } else { '-' })
            .iter()
            .collect::<String>()
        };
        assert_eq!(
            Role::ALL.map(may),
            [
                "xxxxxxxxx",
                "--xxxxxxx",
                "---xx-xxx",
                "------xx-",
                "-------x-"
            ]
        );
    }

    #[test]
    fn a_role_survives_its_text() {
        for role in Role::ALL {
            assert_eq!(Role::from_text(role.as_str()), Some(role));
            assert_eq!(
                serde_json::to_value(role).unwrap(),
                serde_json::json!(role.as_str())
            );
        }
        assert_eq!(Role::from_text("root"), None);
    }
}
