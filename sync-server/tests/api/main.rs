//! The API as a client sees it: real HTTP on a real PostgreSQL, a database for each test.
#![expect(
    clippy::unwrap_used,
    reason = "what fails here is a failed test; the lint knows that only of functions marked as tests"
)]

mod account_pages;
mod accounts;
mod afterwards;
mod alerts;
mod artwork;
mod attendance;
mod backoffice;
mod browser;
mod catalog;
mod claims;
mod closings;
mod collected;
mod connections;
mod contacts;
mod demo;
mod devices;
mod enclosed;
mod enrolment;
mod exchanged;
mod facts;
mod feed;
mod keys;
mod leases;
mod limits;
mod log_ins;
mod mail;
mod members;
mod money;
mod notices;
mod office;
mod operations;
mod orders;
mod paper;
mod payments;
mod peers;
mod promoted;
mod rates;
mod reading;
mod refunds;
mod reservations;
mod restore;
mod rights;
mod selling;
mod smtp;
mod start;
mod stock;
mod stop;
mod store;
mod stripe;
mod summaries;
mod supervisors;
mod support;
mod texts;
mod tickets;
mod tills;
mod unread;
mod vouchers;
mod wallet;
