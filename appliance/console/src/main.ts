import './polyfills';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { installElements } from './app/elements';
import { makeRouter } from './app/router';
import { i18n } from './i18n';
import './app/theme.css';

const app = createApp(App);
app.use(createPinia());
app.use(i18n);
installElements(app);
app.use(makeRouter());
app.mount('#app');
