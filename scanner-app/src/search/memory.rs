//! Folded names in memory, in blocks that are never moved, so that wiping them wipes them all.
//!
//! A block's text is ` marie dupont marieclaire duval…`: every word has a space before it, so a word's beginning is found by a
//! search for ` dup`, which the machine does at some gigabytes a second. No tree of words is needed for that, and what comes
//! anew is added at the end.

use std::collections::HashMap;

use memchr::memmem::Finder;
use shared::ids::OrderId;
use shared::roster::summary::OrderSummary;
use shared::ticket::ShortCode;
use zeroize::Zeroize as _;

use super::fold::{Word, words_of_name};
use super::query::code_text;

/// Of a block. A longer name has a block of its own.
const BLOCK_BYTES: usize = 256 << 10;

/// A place in [`Memory::orders`].
pub(super) type Slot = u32;

#[derive(Clone, Copy)]
struct Piece {
    start: u32,
    slot: Slot,
}

#[derive(Default)]
struct Block {
    text: String,
    pieces: Vec<Piece>,
}

impl Drop for Block {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

#[derive(Default)]
struct Blocks(Vec<Block>);

impl Blocks {
    /// Writes a piece of `bytes` bytes by `write`.
    fn add(&mut self, slot: Slot, bytes: usize, write: impl FnOnce(&mut String)) {
        let full = |block: &Block| block.text.len() + bytes > block.text.capacity();
        if self.0.last().is_none_or(full) {
            self.0.push(Block {
                text: String::with_capacity(BLOCK_BYTES.max(bytes)),
                pieces: Vec::new(),
            });
        }
        if let Some(block) = self.0.last_mut() {
            let start = block.text.len() as u32;
            block.pieces.push(Piece { start, slot });
            write(&mut block.text);
        }
    }

    /// Every piece with a word that begins with what `finder` looks for (a space before it), once.
    fn each(&self, finder: &Finder<'_>, mut tell: impl FnMut(Slot, &str)) {
        for block in &self.0 {
            let mut told = None;
            for at in finder.find_iter(block.text.as_bytes()) {
                let next = block
                    .pieces
                    .partition_point(|piece| piece.start as usize <= at);
                if told == Some(next) {
                    continue;
                }
                told = Some(next);
                let end = block
                    .pieces
                    .get(next)
                    .map_or(block.text.len(), |piece| piece.start as usize);
                if let Some(piece) = next.checked_sub(1).map(|at| block.pieces[at]) {
                    tell(piece.slot, &block.text[piece.start as usize..end]);
                }
            }
        }
    }
}

/// All names and codes of an event.
#[derive(Default)]
pub(super) struct Memory {
    names: Blocks,
    codes: Blocks,
    /// `None`: the order came anew, and is in a later slot.
    orders: Vec<Option<OrderId>>,
    slot_of: HashMap<OrderId, Slot>,
}

impl Memory {
    /// Puts an order in place of what was known of it.
    pub(super) fn put(&mut self, summary: &OrderSummary) {
        let slot = self.orders.len() as Slot;
        self.orders.push(Some(summary.order));
        if let Some(former) = self.slot_of.insert(summary.order, slot) {
            self.orders[former as usize] = None;
        }
        self.put_name(slot, &summary.buyer);
        let code = code_text(&summary.code);
        // Also without `TH-`, which nobody types.
        let bare = code.strip_prefix("TH").unwrap_or_default();
        self.codes.add(slot, code.len() + bare.len() + 2, |text| {
            push_word(text, &code);
            push_word(text, bare);
        });
        for held in &summary.tickets {
            // Most holders are the buyer: found once.
            if held.holder != summary.buyer {
                self.put_name(slot, &held.holder);
            }
            let code = code_text(&ShortCode::of(held.ticket).to_string());
            self.codes
                .add(slot, code.len() + 1, |text| push_word(text, &code));
        }
    }

    fn put_name(&mut self, slot: Slot, name: &str) {
        let words = words_of_name(name);
        let bytes = |word: &Word| {
            word.plain.len() + 1 + word.long.as_ref().map_or(0, |long| long.len() + 1)
        };
        let all = words.iter().map(bytes).sum();
        if all == 0 {
            return;
        }
        self.names.add(slot, all, |text| {
            for mut word in words {
                push_word(text, &word.plain);
                push_word(text, word.long.as_deref().unwrap_or_default());
                word.plain.zeroize();
                word.long.zeroize();
            }
        });
    }

    /// How many orders there are.
    pub(super) fn len(&self) -> usize {
        self.slot_of.len()
    }

    /// So many places were given, also to orders that came anew since.
    pub(super) fn slots(&self) -> usize {
        self.orders.len()
    }

    pub(super) fn order(&self, slot: Slot) -> Option<OrderId> {
        self.orders.get(slot as usize).copied().flatten()
    }

    /// Names with a word that begins so.
    pub(super) fn names_with(&self, beginning: &str, tell: impl FnMut(Slot, &str)) {
        let needle = format!(" {beginning}");
        self.names.each(&Finder::new(&needle), tell);
    }

    /// Codes that begin so.
    pub(super) fn codes_with(&self, beginning: &str, tell: impl FnMut(Slot, &str)) {
        let needle = format!(" {beginning}");
        self.codes.each(&Finder::new(&needle), tell);
    }

    /// More places are of orders that came anew than of orders: time to read it all again.
    pub(super) fn is_worn(&self) -> bool {
        self.orders.len() > 2 * self.slot_of.len() + 1_000
    }
}

fn push_word(text: &mut String, word: &str) {
    if !word.is_empty() {
        text.push(' ');
        text.push_str(word);
    }
}
