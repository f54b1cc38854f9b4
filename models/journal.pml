/* Facts, journals and the fold: what each party holds durably. Included by entry.pml and upload.pml.
 *
 * A step that changes these variables is one transaction on a disk: it happened, or it did not, and no crash takes it
 * back. Hashes and signatures are left out: an honest author's chain is its numbers.
 *
 * Facts of others, which come by the feed or from a peer, are no messages but one step that may happen at any time after
 * the fact is durable at its author: facts never change and are stored in the order of their journal, so a page that
 * comes late or twice is the same as one that was asked for earlier.
 */

#define SERVER 2
#define PARTIES 3
#define other(door) (1 - (door))

/* Kinds of facts. An override is an entry that the decision was against: it counts. */
#define NOTHING 0
#define ENTRY 1
#define OVERRIDE 2
#define REFUSAL 3
#define is_entry(j, at) (fact(j, at).kind == ENTRY || fact(j, at).kind == OVERRIDE)

typedef Fact {
  byte kind;
  byte seen /* of an entry or override: the entries of the ticket that its author knew */
};

/* Each door authors one journal, and no fact in it ever changes (A2). What a party holds of a journal is a prefix-closed
 * chain (A3), so a number says it all. held(p, p) is the length of p's own journal. */
Fact facts[2 * PLACES];
byte holds[PARTIES * 2];
#define fact(j, at) facts[(j) * PLACES + (at) - 1]
#define held(p, j) holds[(p) * 2 + (j)]

/* Sets of entries are bytes, a bit for each place in the two journals. */
#define name(j, at) (1 << ((j) * PLACES + (at) - 1))
#define names_some_of(set, j) ((set) & (((1 << PLACES) - 1) << ((j) * PLACES)))

/* What each party's fold says: the entries that it labels `duplicate_entry`. */
byte flagged[PARTIES];

/* The door whose clock is behind: its entry sorts first, unless one of the two names the other. Drawn once. The fold
 * compares only the first entries of the two doors, so this is every order that their clocks can give. */
byte behind;

/* What happened, whoever knows of it. */
byte entered, overridden;

/* Whether p holds an entry. */
#define entry_in(p, j, at) (held(p, j) >= at && is_entry(j, at))
#if PLACES == 2
#define knows_entry(p) (entry_in(p, 0, 1) || entry_in(p, 0, 2) || entry_in(p, 1, 1) || entry_in(p, 1, 2))
#else
#define knows_entry(p) (entry_in(p, 0, 1) || entry_in(p, 0, 2) || entry_in(p, 0, 3) || entry_in(p, 1, 1))
#endif

/* Scratch within one d_step, each time set before it is used: spin does not keep `hidden` variables in a state. */
hidden byte at, first0, first1, winner, known, entries, M3_same_labels, M4_one_winner;

inline find_first(p, j, first) {
  first = 0;
  at = 1;
  do
  :: at <= held(p, j) && first == 0 ->
     if
     :: is_entry(j, at) -> first = at
     :: else
     fi;
     at++
  :: else -> break
  od
}

/* The first in the order of the fold: cause before effect, then effective time. */
inline find_winner(p) {
  find_first(p, 0, first0);
  find_first(p, 1, first1);
  if
  :: first0 == 0 && first1 == 0 -> winner = SERVER /* nobody is in */
  :: first0 != 0 && first1 == 0 -> winner = 0
  :: first0 == 0 && first1 != 0 -> winner = 1
  :: else ->
     if
     :: names_some_of(fact(1, first1).seen, 0) -> winner = 0
     :: names_some_of(fact(0, first0).seen, 1) -> winner = 1
     :: else -> winner = behind
     fi
  fi
}

inline flag_losers(p, j, first) {
  at = 1;
  do
  :: at <= held(p, j) ->
     if
     :: is_entry(j, at) && (winner != j || at != first) -> flagged[p] = flagged[p] | name(j, at)
     :: else
     fi;
     at++
  :: else -> break
  od
}

/* Labels the ticket's entries anew, after the fact at place `last` of journal `j` came to p. */
inline fold(p, j, last) {
#if defined(BUG_FOLD_BY_ARRIVAL)
  /* Whoever came first has won, for good. */
  find_first(p, 0, first0);
  find_first(p, 1, first1);
  if
  :: is_entry(j, last) && (first0 != 0 && first1 != 0 || last != (j == 0 -> first0 : first1)) ->
     flagged[p] = flagged[p] | name(j, last)
  :: else
  fi;
#elif defined(BUG_LOSER_UNFLAGGED)
  /* Labels only the fact that came: an older one that comes late wins, and the winner so far stays unflagged. */
  find_winner(p);
  if
  :: is_entry(j, last) && (winner != j || last != (j == 0 -> first0 : first1)) ->
     flagged[p] = flagged[p] | name(j, last)
  :: else
  fi;
#else
  flagged[p] = 0;
  find_winner(p);
  flag_losers(p, 0, first0);
  flag_losers(p, 1, first1);
#endif
  skip /* here and below: spin wants no d_step to end in a choice */
}

inline look_into(p, j) {
  at = 1;
  do
  :: at <= held(p, j) ->
     if
     :: is_entry(j, at) -> known = known | name(j, at); entries++
     :: else
     fi;
     at++
  :: else -> break
  od
}

/* Sets `known` to the entries that p holds, and `entries` to how many these are. */
inline look(p) {
  known = 0;
  entries = 0;
  look_into(p, 0);
  look_into(p, 1)
}

/* Appends a fact to a door's own journal, durably. */
inline append(d, what) {
  look(d);
  held(d, d) = held(d, d) + 1;
  fact(d, held(d, d)).kind = what;
  fact(d, held(d, d)).seen = (what == REFUSAL -> 0 : known);
  entered = entered + (what == ENTRY);
  overridden = overridden + (what == OVERRIDE);
  fold(d, d, held(d, d))
}

/* p stores the next fact that it lacks of journal j, durably. */
inline store(p, j) {
  held(p, j) = held(p, j) + 1;
  fold(p, j, held(p, j))
}

/* When all hold all facts: of the entries that happened, as many as there were, all but one are flagged, everywhere. */
inline check_labels() {
  look(SERVER);
  known = known & ~flagged[SERVER];
  M4_one_winner = entries == entered + overridden && (entries == 0 || known != 0 && (known & (known - 1)) == 0);
  assert(M4_one_winner);
  M3_same_labels = flagged[0] == flagged[SERVER] && flagged[1] == flagged[SERVER];
  assert(M3_same_labels)
}
