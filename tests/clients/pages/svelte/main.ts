import { mount } from "svelte";
import Layout from "./Layout.svelte";

mount(Layout, { target: document.body });
