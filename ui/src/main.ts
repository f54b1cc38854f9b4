import "../design/fonts.css";
import "../design/tokens.css";
import "../design/components.css";
import "../design/layouts.css";
import "./window.css";
import { mount } from "svelte";
import App from "./App.svelte";

export default mount(App, { target: document.body });
