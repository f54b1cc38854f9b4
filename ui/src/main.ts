import "../design/fonts.css";
import "../design/tokens.css";
import "../design/components.css";
import "../design/layouts.css";
import "./window.css";
import { mount } from "svelte";
import App from "./App.svelte";
import Guest from "./till/Guest.svelte";

/** The guest's own window is the same page at another place. */
const GUEST = "#guest";

export default mount(location.hash === GUEST ? Guest : App, { target: document.body });
