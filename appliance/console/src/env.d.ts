/// <reference types="vite/client" />
/// <reference types="@intlify/unplugin-vue-i18n/messages" />
declare module 'element-plus/es/locale/lang/zh-cn';
declare module 'element-plus/es/locale/lang/en';
