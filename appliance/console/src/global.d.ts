import type { ElLoadingDirective } from 'element-plus';

declare module 'vue' {
  export interface GlobalDirectives {
    vLoading: typeof ElLoadingDirective;
  }
}
