import { createApp } from "vue";
import { convexVue } from "convex-vue";
import Page from "./Page.vue";

const app = createApp(Page);
app.use(convexVue, { url: settings.url });
app.mount(document.body);
