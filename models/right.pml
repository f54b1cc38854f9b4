/* Strict mode: the right of entry has one holder, who hands it over. Two doors, a server, one ticket that may have been
 * copied, a bad network and crashes. Re-entry after an exit; a run without exits is one of an event without re-entry.
 *
 * Every move of the right is a fact of whoever had it: the server's grant, a door's hand-over to the other door, a door's
 * release (a hand-over to the server). They are of one shape, so the server is a holder like the doors, who lets nobody in.
 * A move's number is one above that of the move by which its author had the right. What is asserted has the name of a
 * property: see README.md.
 *
 * The network. What was sent is a set: a message may arrive at any time, again and again, in any order, or never. Losing
 * one is no step of its own, it is never being chosen. At the end of the night all that is in flight is lost, and nobody
 * asks any more; facts go on to spread. (What could still arrive late then can as well arrive just before.)
 *
 * Journals are left out, upload.pml has them. Of a ticket's facts a party needs three things here: the newest move that it
 * knows, how many entries came before, and the exits. Moves and exits spread by steps that may happen at any time, as pages
 * of facts may come at any time. Entries spread only with the right: the holder has nothing to learn, since every entry was
 * made by a holder, who named it when it handed over; another door that learnt of one would only refuse sooner.
 */

#define SERVER 2
#define PARTIES 3
#define other(door) (1 - (door))

/* Bounds: how often the right moves without an organizer, how often the ticket's holder leaves. The ticket is shown as often
 * as anybody likes. */
#define MOVES 4
#define EXITS 1

/* The newest move that a party knows, durable: its number, whom it names, and how many entries it names. A party has
 * the right if that is itself. */
byte move[PARTIES];
byte holder[PARTIES];
byte named[PARTIES];
#define has_right(p) (holder[p] == (p))

/* Durable: entries that a party made since it was named, and the exits that it knows, a bit for each. */
byte made[PARTIES];
byte exits[PARTIES];
#define exits_known(p) ((exits[p] & 1) + (exits[p] >> 1))

/* `decide`, from what the door knows: the ticket's holder is outside. */
#define may_enter(d) (named[d] + made[d] <= exits_known(d))

/* declare_lost outranks all moves that the server may not have heard of, as a signed object of a newer version does. */
#define LOST (MOVES + 1)
#define may_move(p) (move[p] < MOVES || move[p] == LOST)

/* A door's walk through one decision, volatile. */
#define IDLE 0
#define ASKING 1
#define WRITING 2
byte walk[2];

/* In flight: requests for the right, a bit for each (door that asks, party that is asked); and answers, which are the
 * hand-over fact itself: for (door, number of the move) 1 + the entries that it names. */
byte asks;
#define ask(door, p) (1 << ((door) * PARTIES + (p)))
#define asked_by(door, p) (p != door && (asks & ask(door, p)))
byte answers[2 * (LOST + 2)];
#define answer(door, number) answers[(door) * (LOST + 2) + (number)]

#ifdef BUG_ANSWERED_BEFORE_DURABLE
byte answered[PARTIES]; /* volatile: 1 + the door that was answered, with nothing on the disk yet */
#endif
#ifdef BUG_RIGHT_BACK_AFTER_CRASH
byte got[PARTIES]; /* the move by which a party got the right last */
#endif

/* The night is over: the network works, nothing crashes, nobody comes any more. */
bool over;

/* What happened, whoever knows of it. From declare_lost on the guarantee is void. */
byte entered, exited;
bool declared_lost;

#ifdef COUNT_DESPITE_LOSS
#define void false
#else
#define void declared_lost
#endif
/* An override is outside the guarantee too: it asks for no right and moves none, so it is no step here, but where it is
 * to be shown that it may not be counted. */
#ifdef COUNT_OVERRIDES
bool overridden;
#define counted (entered + overridden)
#else
#define counted entered
#endif

/* Scratch of one step, no part of a state. */
hidden byte H_one_holder, H_not_lost, S_no_double_entry, L_decided, never_back, at;

inline check_holders() {
  H_one_holder = void || has_right(0) + has_right(1) + has_right(SERVER) <= 1;
  assert(H_one_holder)
}

/* p hears of a move, as an answer or among facts, for the first time or again. */
inline learn_move(p, number, whom, names) {
  if
#ifdef BUG_OLD_HAND_OVER_TAKEN
  :: number > move[p] || whom == p ->
#else
  :: number > move[p] ->
#endif
     move[p] = number;
     holder[p] = whom;
     named[p] = names;
     made[p] = 0;
#ifdef BUG_RIGHT_BACK_AFTER_CRASH
     got[p] = (whom == p -> number : got[p]);
#endif
     check_holders()
  :: else
  fi;
  skip /* spin: a d_step may not end in a choice */
}

/* Gives the right away: one fact, durable, which binds its author from that moment on. */
inline write_hand_over(p, number, whom) {
#ifndef BUG_ENTRY_NOT_NAMED
  named[p] = named[p] + made[p];
#endif
  made[p] = 0;
  move[p] = number;
  holder[p] = whom;
  check_holders()
}

#ifdef BUG_SECOND_HAND_OVER
/* Asks whether it ever had the right, not whether it gave it away. */
#define may_give(p) ((has_right(p) || p == SERVER) && may_move(p))
#else
#define may_give(p) (has_right(p) && may_move(p))
#endif

/* A party's part as the one that has the right, or is asked for it.
 *
 * The holder writes first and answers in another step, so that a crash between the two is an answer that never came.
 * Whoever knows that the newest move names the asking door answers with that same fact, however often it is asked.
 * `not_holder` is left out: a door that hears it goes on as after its time-out.
 * Requests have no ids, so that an old one may move the right once more than in the product: more runs, no fewer. */
proctype keeper(byte p) {
end:
  do
#ifdef BUG_ANSWERED_BEFORE_DURABLE
  :: d_step { asked_by(0, p) && may_give(p) && !answered[p] ->
       answered[p] = 1; answer(0, move[p] + 1) = 1 + named[p] + made[p] }
  :: d_step { asked_by(1, p) && may_give(p) && !answered[p] ->
       answered[p] = 2; answer(1, move[p] + 1) = 1 + named[p] + made[p] }
  :: d_step { answered[p] && may_give(p) -> write_hand_over(p, move[p] + 1, answered[p] - 1); answered[p] = 0 }
#else
  :: d_step { asked_by(0, p) && may_give(p) -> write_hand_over(p, move[p] + 1, 0) }
  :: d_step { asked_by(1, p) && may_give(p) -> write_hand_over(p, move[p] + 1, 1) }
#endif
  :: d_step { asked_by(0, p) && holder[p] == 0 -> answer(0, move[p]) = 1 + named[p] }
  :: d_step { asked_by(1, p) && holder[p] == 1 -> answer(1, move[p]) = 1 + named[p] }
  /* Unasked: the server opens the doors, a door signs off. */
  :: d_step { p == SERVER && may_give(p) -> write_hand_over(p, move[p] + 1, 0) }
  :: d_step { p == SERVER && may_give(p) -> write_hand_over(p, move[p] + 1, 1) }
  :: d_step { p != SERVER && may_give(p) && !over -> write_hand_over(p, move[p] + 1, SERVER) }
#ifdef BUG_ANSWERED_BEFORE_DURABLE
  :: d_step { !over && answered[p] -> answered[p] = 0 } /* a crash */
#endif
#ifdef BUG_RIGHT_BACK_AFTER_CRASH
  /* A crash, after which p starts with what it was granted, and not with what it gave away. */
  :: d_step { !over && got[p] > 0 && !has_right(p) -> move[p] = got[p]; holder[p] = p; check_holders() }
#endif
#ifdef BUG_RIGHT_EXPIRES
  :: d_step { p == SERVER && !has_right(SERVER) && may_move(SERVER) ->
       write_hand_over(SERVER, move[SERVER] + 1, SERVER) }
#endif
  od
}

/* The organizer gives up the door that has the right, as far as the server knows. */
proctype organizer() {
end:
  d_step { !has_right(SERVER) && !over ->
    declared_lost = true;
#ifdef BUG_LOST_OUTRANKS_NOTHING
    write_hand_over(SERVER, move[SERVER] + 1, SERVER)
#else
    write_hand_over(SERVER, LOST, SERVER)
#endif
  }
}

#ifdef BUG_OLD_HAND_OVER_TAKEN
#define is_news(d, number) !has_right(d)
#else
#define is_news(d, number) number > move[d]
#endif

/* An answer stays in flight: it may come again. */
#define hears_answer(d, number) \
  d_step { answer(d, number) != 0 && is_news(d, number) -> learn_move(d, number, d, answer(d, number) - 1) }

inline count_in() {
  S_no_double_entry = void || counted <= 1 + exited;
  assert(S_no_double_entry)
}

proctype door(byte d) {
end:
  do
  /* The ticket is shown: green, or asked for; what is refused leaves no trace here. */
  :: d_step { walk[d] == IDLE && !over && may_enter(d) && has_right(d) -> walk[d] = WRITING }
  :: d_step { walk[d] == IDLE && !over && may_enter(d) && !has_right(d) ->
       walk[d] = ASKING;
       asks = asks | ask(d, other(d)) | ask(d, SERVER) } /* a door need not know who the holder is */
  :: d_step { walk[d] == ASKING && has_right(d) -> walk[d] = WRITING }
#ifndef BUG_WAITS_FOR_HOLDER
  :: d_step { walk[d] == ASKING -> walk[d] = IDLE } /* the time-out: amber, with the home gate */
#endif
#ifdef COUNT_OVERRIDES
  :: d_step { walk[d] == IDLE && !over && !overridden -> overridden = true; count_in() }
#endif
  /* The entry's transaction looks again: since the decision the right may have been handed over. */
  :: d_step { walk[d] == WRITING ->
       walk[d] = IDLE;
       if
#ifdef BUG_RIGHT_LOOKED_UP_EARLIER
       :: true ->
#else
       :: has_right(d) && may_enter(d) ->
#endif
          made[d]++;
          entered++;
          count_in()
       :: else
       fi;
       skip
     }
  /* Whoever is inside may leave by any door. */
  :: d_step { entered > exited && exited < EXITS ->
       exited++;
       exits[d] = exits[d] | exited;
#ifdef BUG_EXIT_TAKES_RIGHT
       holder[d] = d;
       check_holders()
#endif
     }
  :: hears_answer(d, 1)
  :: hears_answer(d, 2)
  :: hears_answer(d, 3)
  :: hears_answer(d, 4)
  :: hears_answer(d, LOST + 1)
  /* A crash. Of the right nothing is volatile, so nothing of it is lost: keeper(p) has no step for it, but in bugs. */
  :: d_step { !over && walk[d] != IDLE -> walk[d] = IDLE }
  od
}

/* p takes in what q holds: by the feed, by an upload, from a peer. */
#define learns(p, q) \
  :: d_step { move[q] > move[p] -> learn_move(p, move[q], holder[q], named[q]) } \
  :: d_step { (exits[q] & ~exits[p]) != 0 -> exits[p] = exits[p] | exits[q] }

proctype exchange() {
end:
  do
  learns(0, 1)
  learns(0, SERVER)
  learns(1, 0)
  learns(1, SERVER)
  learns(SERVER, 0)
  learns(SERVER, 1)
  od
}

inline lose_all() {
  asks = 0;
  at = 0;
  do
  :: at < 2 * (LOST + 2) -> answers[at] = 0; at++
  :: else -> break
  od;
  skip
}

proctype night() {
  d_step { over = true; lose_all() }
}

/* When nothing is left to do. */
proctype morning() {
  timeout ->
  d_step {
    L_decided = walk[0] == IDLE && walk[1] == IDLE;
    assert(L_decided);
    H_not_lost = has_right(0) + has_right(1) + has_right(SERVER) == 1 && move[0] == move[1] && move[1] == move[SERVER];
    assert(H_not_lost);
#ifdef SHOW_RETURN
    never_back = !(entered == 2 && move[0] >= 3);
    assert(never_back);
#endif
    skip
  }
}

init {
  atomic {
    holder[0] = SERVER;
    holder[1] = SERVER;
    holder[SERVER] = SERVER;
    run door(0);
    run door(1);
    run keeper(0);
    run keeper(1);
    run keeper(SERVER);
    run exchange();
    run organizer();
    run night();
    run morning()
  }
}
