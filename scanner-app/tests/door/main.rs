//! The door on real files: replica, journal, pictures, the program itself.

mod replica;
mod venue;
