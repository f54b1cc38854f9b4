/* The feed of one event: three writers, and a reader with a cursor. What is asserted has the name of a property: see
 * README.md.
 *
 * A transaction's first statement is begin_change: it locks the event's row of `feeds`, takes the next number, and keeps the
 * lock to its end. Then it writes one or two rows, each under that row's lock. PostgreSQL ends a transaction in two steps,
 * which are two steps here: its writes show in new snapshots, then its locks are free. A crash, of a backend or of the
 * whole database, is a rollback.
 *
 * A page is read in one snapshot, so in one step. It travels, and is applied together with its cursor in one transaction of
 * the replica. A page that was lost is asked for again; one that comes late is ignored by the engine, which asks for one page
 * at a time, so late pages are no steps here.
 */

/* Bounds: writers, transactions of each, rows of the event. */
#define WRITERS 3
#define ROUNDS(me) (me == 0 -> 2 : 1)
#define ROWS 3
#define NOBODY WRITERS
#define NONE ROWS

/* The database as a new snapshot shows it. A row's content is the transaction that wrote it last; its feed entry is that
 * transaction's number. There is one entry for each row: the log compacts itself. */
byte head;
byte row[ROWS];
byte entry[ROWS];

byte feed_lock = NOBODY;
byte row_lock[ROWS] = NOBODY;

/* The replica and its cursor, durable. The cursor is (number, row), and row NONE lies behind all rows of the number. */
byte replica[ROWS];
byte cursor_number, cursor_row = NONE;

/* The page that travels, volatile: up to two rows (NONE: no row), their contents, and the cursor after them. */
byte page_row[2], page_content[2];
byte page_number, page_cursor_row, page_head;

/* The greatest number committed so far: a transaction's number is above those of all that committed before it. */
byte last_number;

#ifdef BUG_SEQUENCE
byte sequence;
#endif

/* Scratch of one step, no part of a state. */
hidden byte F1_nothing_skipped, F2_replica_is_head, F5_commit_order, L_all_end, i, n, best, best_number;

/* Whether row r's entry lies after (number, row). */
#define lies_after(r, number, last) (entry[r] > number || entry[r] == number && last != NONE && r > last)

/* Of what is committed, all that the cursor has passed is in the replica. */
inline check_cursor() {
  F1_nothing_skipped = true;
  i = 0;
  do
  :: i < ROWS ->
     F1_nothing_skipped = F1_nothing_skipped &&
       (entry[i] == 0 || lies_after(i, cursor_number, cursor_row) || replica[i] == row[i]);
     i++
  :: else -> break
  od;
  assert(F1_nothing_skipped)
}

/* Takes row r's lock, which is free or one's own. */
#define may_lock(r) (row_lock[r] == NOBODY || row_lock[r] == me)

inline free_locks() {
  i = 0;
  do
  :: i < ROWS -> row_lock[i] = (row_lock[i] == me -> NOBODY : row_lock[i]); i++
  :: else -> break
  od;
  feed_lock = (feed_lock == me -> NOBODY : feed_lock)
}

/* The writes show. */
inline commit() {
  F5_commit_order = number > last_number;
#ifndef BUG_SEQUENCE
  assert(F5_commit_order);
#endif
  last_number = number;
  head = (number > head -> number : head); /* ever greater, but in bugs */
  i = 0;
  do
  :: i < ROWS ->
     if
     :: i == first || i == second ->
        row[i] = 1 + me + round * WRITERS;
#ifdef BUG_UNSTAMPED
        entry[i] = (i == second -> entry[i] : number)
#else
        entry[i] = number
#endif
     :: else
     fi;
     i++
  :: else -> break
  od;
  check_cursor()
}

proctype writer(byte me) {
  byte round, number, first, second;

  do
  :: atomic { round < ROUNDS(me) ->
       if
       :: first = 0
       :: first = 1
       :: first = 2
       fi;
       if
       :: second = NONE
       :: second = (first + 1) % ROWS
       :: second = (first + 2) % ROWS
       fi
     };
#if defined(BUG_SEQUENCE)
     d_step { sequence++; number = sequence };
#elif defined(BUG_LOCK_IN_TRIGGER)
     d_step { may_lock(first) -> row_lock[first] = me };
     d_step { feed_lock == NOBODY -> feed_lock = me; number = head + 1 };
#else
     d_step { feed_lock == NOBODY -> feed_lock = me; number = head + 1 };
#endif
     d_step { may_lock(first) -> row_lock[first] = me };
     if
     :: second != NONE -> d_step { may_lock(second) -> row_lock[second] = me }
     :: second == NONE
     fi;

     if
#ifdef BUG_UNLOCKED_BEFORE_COMMIT
     :: d_step { free_locks() }; d_step { commit() }
#else
     :: d_step { commit() }; d_step { free_locks() }
#endif
     :: d_step { free_locks() } /* a rollback, which gives the number back */
     fi;
     d_step { round++; number = 0; first = 0; second = 0 }
  :: round == ROUNDS(me) -> break
  od
}

inline find_next() {
  best = NONE;
  i = 0;
  do
  :: i < ROWS ->
     if
     :: lies_after(i, page_number, page_cursor_row) && (best == NONE || entry[i] < entry[best]) -> best = i
     :: else
     fi;
     i++
  :: else -> break
  od
}

/* Reads a page of at most `limit` rows, in one snapshot. */
inline read_page(limit) {
  page_number = cursor_number;
  page_cursor_row = cursor_row;
  page_row[1] = NONE;
  n = 0;
  find_next();
  do
  :: n < limit && best != NONE ->
     page_row[n] = best;
     page_content[n] = row[best];
     page_number = entry[best];
     page_cursor_row = best;
     n++;
     find_next()
  :: else -> break
  od;
#ifdef BUG_BARE_NUMBER
  page_cursor_row = NONE;
  find_next();
#endif
#ifndef BUG_HEAD_READ_BEFORE
  page_head = head;
#endif
  if
  :: best == NONE -> check_end()
  :: else
  fi;
  skip /* spin wants no d_step to end in a choice */
}

/* has_more is false: with this page applied, the replica is the database of the snapshot, and that is at its head. */
inline check_end() {
  F2_replica_is_head = page_head == page_number;
  i = 0;
  do
  :: i < ROWS ->
     F2_replica_is_head = F2_replica_is_head &&
       row[i] == (i == page_row[0] -> page_content[0] : (i == page_row[1] -> page_content[1] : replica[i]));
     i++
  :: else -> break
  od;
  assert(F2_replica_is_head)
}

inline apply_rows() {
  replica[page_row[0]] = page_content[0];
  if
  :: page_row[1] != NONE -> replica[page_row[1]] = page_content[1]
  :: else
  fi
}

inline forget_page() {
  page_row[0] = 0;
  page_row[1] = 0;
  page_content[0] = 0;
  page_content[1] = 0;
  page_number = 0;
  page_cursor_row = 0;
  page_head = 0
}

#define is_more (lies_after(0, cursor_number, cursor_row) || lies_after(1, cursor_number, cursor_row) \
  || lies_after(2, cursor_number, cursor_row))

proctype reader() {
end:
  do
#ifdef BUG_HEAD_READ_BEFORE
  :: d_step { is_more -> page_head = head };
#else
  :: is_more ->
#endif
     if
     :: d_step { read_page(1) }
     :: d_step { read_page(2) }
     fi;
     if
#ifdef BUG_CURSOR_SAVED_FIRST
     :: d_step { cursor_number = page_number; cursor_row = page_cursor_row };
        if
        :: d_step { apply_rows(); forget_page() }
        :: true -> d_step { forget_page(); check_cursor() } /* a crash */
        fi
#else
     :: d_step {
          apply_rows();
          cursor_number = page_number;
          cursor_row = page_cursor_row;
          forget_page();
          check_cursor()
        }
#endif
     :: d_step { forget_page() } /* lost on the way, or a crash */
     fi
  od
}

/* When nothing is left to do. */
proctype morning() {
  timeout ->
  d_step {
    L_all_end = feed_lock == NOBODY && !is_more && row[0] == replica[0] && row[1] == replica[1] && row[2] == replica[2];
    assert(L_all_end)
  }
}

init {
  atomic {
    run writer(0);
    run writer(1);
    run writer(2);
    run reader();
    run morning()
  }
}
