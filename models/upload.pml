/* Facts on their way up: durable, green light, upload, acknowledgement. Two doors, a server, one ticket that may have been
 * copied, a bad network and crashes. What is asserted has the name of a property: see README.md.
 *
 * Door 0's uploads are messages. Door 1 is there for what its facts make of door 0's; they reach the server in the short
 * way of journal.pml: doors are alike, and no step of one door's upload looks at the other's. That others may carry a
 * journal too only adds ways up. No claims: they share no message with this, and what they decide is free here.
 *
 * The network. What was sent is a set: a message may arrive at any time, again and again, in any order, or never. Losing
 * one is no step of its own, it is never being chosen. At the end of the night all that is in flight is lost, and from
 * then on each message arrives once. (What could still arrive late then can as well arrive just before.)
 *
 * Crashes. A door's walk is lost, and whatever else is called volatile.
 */

/* Bounds: how often the ticket is shown at each door, each time for one fact at most. */
#define UPLOADER 0
#define SCANS(d) (d == UPLOADER -> 3 : 1)
#define PLACES 3

#include "journal.pml"

/* The night ends with a network that works and no more crashes (`over`), or the server stays away (`gone`). */
bool over, gone;

/* A door's walk through one decision, volatile. */
#define IDLE 0
#define WRITING 1
#define LIGHTING 2
byte walk[2];
byte scans[2];
byte lit; /* green lights at the door that uploads */

/* In flight: facts by place, each as its kind; and acknowledgements, a bit for each place. */
byte ups[PLACES];
#define up(n) ups[(n) - 1]
byte acks;
/* Durable: what the door was told of, and each fact as it came to the server. */
byte acked;
byte copies[PLACES];
#define copy(n) copies[(n) - 1]

#ifdef BUG_REPEAT_NOT_COMPARED
#define BUG_SENT_BEFORE_DURABLE
#endif
#ifdef BUG_ACK_BEFORE_DURABLE
bool taking; /* volatile: the next fact is acknowledged and not yet stored */
#else
#define taking false
#endif
#ifdef BUG_ACK_BY_COUNT
byte counted;
#endif

hidden byte A1_green_is_durable, A1_green_at_server, A2_unchanged, A7_no_fork, L1_all_at_server, written, arrived;

proctype door(byte d) {
end:
  do
  :: atomic { walk[d] == IDLE && scans[d] < SCANS(d) ->
       scans[d]++;
       if
       :: !knows_entry(d) -> walk[d] = WRITING
       :: knows_entry(d) -> d_step { append(d, REFUSAL) }
       :: knows_entry(d) -> d_step { append(d, OVERRIDE) }
       fi
     }
#ifdef BUG_LIGHT_BEFORE_DURABLE
  :: d_step { walk[d] == WRITING -> walk[d] = LIGHTING; lit = lit + (d == UPLOADER) }
  :: d_step { walk[d] == LIGHTING -> walk[d] = IDLE; append(d, ENTRY) }
#else
  :: d_step { walk[d] == WRITING -> walk[d] = LIGHTING; append(d, ENTRY) }
  :: d_step { walk[d] == LIGHTING -> walk[d] = IDLE; lit = lit + (d == UPLOADER) }
#endif
  /* The other door's facts. */
  :: d_step { held(other(d), other(d)) > held(d, other(d)) -> store(d, other(d)) }
  /* A crash. */
  :: d_step { !over && walk[d] != IDLE -> walk[d] = IDLE }
  od
}

inline send_up(n) {
  up(n) = fact(UPLOADER, n).kind;
#ifdef BUG_SENT_IS_DONE
  acked = n
#endif
}

#define uploads(n) \
  d_step { !gone && acked < n && n <= held(UPLOADER, UPLOADER) && up(n) == NOTHING -> send_up(n) }

inline take_ack(n) {
  acked = (acked < n -> n : acked);
  acks = (over -> acks & ~(1 << n) : acks)
}

#define hears_ack(n) d_step { (acks & (1 << n)) && (over || acked < n) -> take_ack(n) }

/* The door's push loop: whatever was not acknowledged, again and again. */
proctype push() {
end:
  do
  :: uploads(1)
  :: uploads(2)
  :: uploads(3)
  :: hears_ack(1)
  :: hears_ack(2)
  :: hears_ack(3)
#ifdef BUG_SENT_BEFORE_DURABLE
  :: d_step { walk[UPLOADER] == WRITING && !gone && up(held(UPLOADER, UPLOADER) + 1) == NOTHING ->
       fact(UPLOADER, held(UPLOADER, UPLOADER) + 1).kind = ENTRY;
       up(held(UPLOADER, UPLOADER) + 1) = ENTRY }
#endif
  od
}

/* One transaction and its answer, which may be lost; so a crash between the two is no step of its own. A repeat changes
 * nothing and is answered again (A4); a fact beyond a gap is not stored. */
inline take_up(n) {
  if
  :: n == held(SERVER, UPLOADER) + 1 ->
     copy(n) = up(n);
     acks = acks | (1 << n);
#ifdef BUG_ACK_BEFORE_DURABLE
     taking = true
#else
     store(SERVER, UPLOADER)
#endif
  :: n <= held(SERVER, UPLOADER) ->
#ifndef BUG_REPEAT_NOT_COMPARED
     A7_no_fork = copy(n) == up(n);
     assert(A7_no_fork);
#endif
#ifdef BUG_REPEAT_STORED_AGAIN
     if
     :: held(SERVER, UPLOADER) < PLACES -> copy(held(SERVER, UPLOADER) + 1) = up(n); store(SERVER, UPLOADER)
     :: else
     fi;
#endif
     acks = acks | (1 << held(SERVER, UPLOADER))
  :: else ->
#ifdef BUG_GAP_ACKNOWLEDGED
     acks = acks | (1 << n)
#else
     skip
#endif
  fi;
#ifdef BUG_ACK_BY_COUNT
  counted = (counted < PLACES -> counted + 1 : counted);
  acks = acks | (1 << counted);
#endif
  up(n) = (over -> NOTHING : up(n))
}

#define hears_up(n) d_step { !gone && up(n) != NOTHING && !taking -> take_up(n) }

proctype server() {
end:
  do
  :: hears_up(1)
  :: hears_up(2)
  :: hears_up(3)
  :: d_step { !gone && held(1, 1) > held(SERVER, 1) -> store(SERVER, 1) }
#ifdef BUG_ACK_BEFORE_DURABLE
  :: d_step { taking -> store(SERVER, UPLOADER); taking = false }
  :: d_step { taking && !over && !gone -> taking = false } /* a crash */
#endif
  od
}

proctype night() {
  if
  :: d_step { over = true; acks = 0; up(1) = NOTHING; up(2) = NOTHING; up(3) = NOTHING }
  :: gone = true
  fi
}

inline compare_copies() {
  at = 1;
  written = 0;
  arrived = 0;
  A2_unchanged = held(SERVER, UPLOADER) <= held(UPLOADER, UPLOADER);
  do
  :: at <= held(UPLOADER, UPLOADER) ->
     written = written + (fact(UPLOADER, at).kind == ENTRY);
     if
     :: at <= held(SERVER, UPLOADER) ->
        arrived = arrived + (copy(at) == ENTRY);
        A2_unchanged = A2_unchanged && copy(at) == fact(UPLOADER, at).kind
     :: else
     fi;
     at++
  :: else -> break
  od
}

/* When nothing is left to do. */
proctype morning() {
  timeout ->
  d_step {
    compare_copies();
    A1_green_is_durable = lit <= written;
    assert(A1_green_is_durable);
    assert(A2_unchanged);
    if
    :: over ->
       A1_green_at_server = lit <= arrived;
       assert(A1_green_at_server);
       L1_all_at_server = held(SERVER, UPLOADER) == held(UPLOADER, UPLOADER) && acked == held(UPLOADER, UPLOADER);
       assert(L1_all_at_server);
       check_labels()
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
    run push();
    run server();
    run night();
    run morning()
  }
}
