/* Entry and claim, without strict mode: two doors, a server, one ticket that may have been copied, a bad network and
 * crashes. What is asserted has the name of a property: see README.md.
 *
 * The network. What was sent is a set: a message may arrive at any time, again and again, in any order, or never. Losing
 * one is no step of its own, it is never being chosen. At the end of the night all that is in flight is lost, and from
 * then on each message arrives once. (What could still arrive late then can as well arrive just before.)
 *
 * Crashes. A door's walk is lost, the server's claims are. The person shows the ticket again, or not. Facts about refusals
 * are left out: nothing here depends on them. How facts come up is upload.pml's subject.
 */

/* Bounds: how often the ticket is shown at each door, each time for one fact at most. */
#define SCANS 2
#define PLACES SCANS

#include "journal.pml"

/* The night ends with a network that works and no more crashes (`over`), or the server stays away (`gone`). */
bool over, gone;

/* A door's walk through one decision, volatile. */
#define IDLE 0
#define ASKING 1
#define AMBER 2
#define WRITING 3
#define WRITING_CONFIRMED 4
byte walk[2];
byte scans[2];

/* The server's claims: one table without a log, which a crash empties. 0, or who was first. */
byte claim;
#define claimed_by(d, scan) (1 + (d) * SCANS + (scan) - 1)

byte confirmed; /* entries made on a granted claim */
bool lapsed;    /* a claim was gone before its fact had come */

/* In flight: claims, a bit for each (door, scan: the fact id), and verdicts on the scan in progress, a bit for each. A
 * verdict on an earlier scan would be ignored, so there is none. */
byte claims;
#define in_claims(d, scan) (1 << ((d) * SCANS + (scan) - 1))
byte verdicts[2];
#define GRANTED 1
#define ENTERED 2
#define CLAIMED 4

hidden byte C1_first_claim_wins, L_decided, never_two_entries, verdict;

inline send_claim(d) {
  claims = claims | in_claims(d, scans[d]);
  walk[d] = ASKING
}

inline end_walk(d, next) {
  walk[d] = next;
  verdicts[d] = 0
}

proctype door(byte d) {
end:
  do
  :: atomic { walk[d] == IDLE && scans[d] < SCANS ->
       scans[d]++;
       if
       :: !knows_entry(d) -> send_claim(d)
       :: !knows_entry(d) -> walk[d] = WRITING /* not live, or claims are suspended */
       :: knows_entry(d) -> skip               /* refused */
       :: knows_entry(d) -> d_step { append(d, OVERRIDE) }
       fi
     }
  :: d_step { walk[d] == ASKING && (verdicts[d] & GRANTED) -> end_walk(d, WRITING_CONFIRMED) }
  :: d_step { walk[d] == ASKING && (verdicts[d] & ENTERED) -> end_walk(d, IDLE) }
  :: d_step { walk[d] == ASKING && (verdicts[d] & CLAIMED) -> walk[d] = AMBER; verdicts[d] = verdicts[d] & ~CLAIMED }
#ifndef BUG_CLAIM_IS_AUTHORITY
  :: d_step { walk[d] == ASKING -> end_walk(d, WRITING) } /* the time-out */
#endif
  /* Being admitted elsewhere: a person scans again, lets in, or sends away. */
  :: d_step { walk[d] == AMBER -> send_claim(d) }
  :: d_step { walk[d] == AMBER -> end_walk(d, IDLE); append(d, OVERRIDE) }
  :: d_step { walk[d] == AMBER -> end_walk(d, IDLE) }
  :: d_step { walk[d] == WRITING -> end_walk(d, IDLE); append(d, ENTRY) }
  :: d_step { walk[d] == WRITING_CONFIRMED ->
       end_walk(d, IDLE);
       append(d, ENTRY);
       confirmed++;
       C1_first_claim_wins = confirmed <= 1 || lapsed;
       assert(C1_first_claim_wins) }
  /* The other door's facts. */
  :: d_step { held(other(d), other(d)) > held(d, other(d)) -> store(d, other(d)) }
  /* A crash. */
  :: d_step { !over && walk[d] != IDLE -> end_walk(d, IDLE) }
  od
}

/* First insert wins; the same fact id again is granted again. */
inline answer_claim(d, scan) {
  if
  :: knows_entry(SERVER) -> verdict = ENTERED
#ifdef BUG_LAST_CLAIM_WINS
  :: !knows_entry(SERVER) ->
#else
  :: !knows_entry(SERVER) && claim != 0 && claim != claimed_by(d, scan) -> verdict = CLAIMED
  :: !knows_entry(SERVER) && (claim == 0 || claim == claimed_by(d, scan)) ->
#endif
     claim = claimed_by(d, scan);
     verdict = GRANTED
  fi;
  if
  :: scans[d] == scan && (walk[d] == ASKING || walk[d] == AMBER) -> verdicts[d] = verdicts[d] | verdict
  :: else
  fi;
  claims = (over -> claims & ~in_claims(d, scan) : claims)
}

#define hears_claim(d, scan) d_step { !gone && (claims & in_claims(d, scan)) -> answer_claim(d, scan) }

proctype server() {
end:
  do
  :: hears_claim(0, 1)
  :: hears_claim(0, 2)
  :: hears_claim(1, 1)
  :: hears_claim(1, 2)
  :: d_step { !gone && held(0, 0) > held(SERVER, 0) -> store(SERVER, 0) }
  :: d_step { !gone && held(1, 1) > held(SERVER, 1) -> store(SERVER, 1) }
  od
}

/* The claim's 10 seconds are over, or the server crashes. A process of its own, so that fairness means: time passes. */
proctype lapse() {
end:
  do
#ifdef BUG_CLAIM_NEVER_LAPSES
  :: false
#else
  :: d_step { claim != 0 -> claim = 0; lapsed = lapsed || !knows_entry(SERVER) }
#endif
  od
}

proctype night() {
  if
  :: d_step { over = true; claims = 0; verdicts[0] = 0; verdicts[1] = 0 }
  :: gone = true
  fi
}

/* When nothing is left to do. */
proctype morning() {
  timeout ->
  d_step {
    L_decided = walk[0] == IDLE && walk[1] == IDLE;
    assert(L_decided);
    if
    :: over ->
       check_labels();
#ifdef SHOW_TWO_ENTRIES
       never_two_entries = entered < 2;
       assert(never_two_entries);
#endif
       skip
    :: else
    fi
  }
}

init {
  atomic {
    if
    :: behind = 0
    :: behind = 1
    fi;
    run door(0);
    run door(1);
    run server();
    run lapse();
    run night();
    run morning()
  }
}

/* Once the network works and nothing crashes, each walk ends, however often a person scans again. */
ltl L_walks_end { [] (over -> <> (walk[0] == IDLE && walk[1] == IDLE)) }
