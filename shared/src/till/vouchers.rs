//! Kinds of vouchers that a till takes in place of money.

/// Those that French venues take, by the number that facts name: what ANCV, the State, Up and Edenred issue. Names of
/// products: every language has the same.
pub const VOUCHERS: [(u16, &str); 4] = [
    (1, "Chèque-Vacances"),
    (2, "pass Culture"),
    (3, "Chèque Culture"),
    (4, "Ticket Kadéos"),
];

/// What a kind of vouchers is called, if it is one of [`VOUCHERS`].
pub fn voucher_name(kind: u16) -> Option<&'static str> {
    let found = VOUCHERS.iter().find(|(number, _)| *number == kind);
    found.map(|(_, name)| *name)
}
