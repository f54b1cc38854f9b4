// node story.mjs PROGRAMS PICTURES: a shift at the box office. The built window on a real web view, with the real server: what
// a clerk does and sees, chapter after chapter. PROGRAMS is the folder of a build. Told like the door's story.
import { tellStory } from "../door/telling.mjs";
import { Books } from "./books.mjs";
import { Clerk, FLOAT } from "./clerk.mjs";
import * as begin from "./chapters/begin.mjs";
import * as end from "./chapters/end.mjs";
import * as looks from "./chapters/looks.mjs";
import * as online from "./chapters/online.mjs";
import * as past from "./chapters/past.mjs";
import * as print from "./chapters/print.mjs";
import * as sell from "./chapters/sell.mjs";

const [programs, pictures] = process.argv.slice(2);
await tellStory({
  programs,
  pictures,
  chapters: [begin, sell, print, past, online, looks, end],
  size: [1280, 800],
  more: (device) => ({ clerk: new Clerk(device), books: new Books(FLOAT.minor) }),
});
