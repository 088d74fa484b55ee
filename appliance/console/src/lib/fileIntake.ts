// Files that reach the page without a file dialog: dropped, or pasted.

export interface DropZone {
  zone: HTMLElement;
  /** Whether files are taken at the moment. */
  open: () => boolean;
  /** Told whether files hang over the zone. */
  over: (hanging: boolean) => void;
  take: (files: File[]) => void;
}

/** Takes files that are dropped on a zone, and refuses them beside it, where the browser would leave the page to show them.
 *  Returns what ends it. */
export function onFileDrop({ zone, open, over, take }: DropZone): () => void {
  const hits = (e: DragEvent) => open() && e.target instanceof Node && zone.contains(e.target);
  const hasFiles = (e: DragEvent) => e.dataTransfer !== null && Array.from(e.dataTransfer.types).includes('Files');

  function dragged(e: DragEvent): void {
    if (!e.dataTransfer || !hasFiles(e)) return;
    e.preventDefault();
    e.dataTransfer.dropEffect = hits(e) ? 'copy' : 'none';
    over(hits(e));
  }
  function left(e: DragEvent): void {
    if (e.relatedTarget === null) over(false);
  }
  function dropped(e: DragEvent): void {
    if (!hasFiles(e)) return;
    e.preventDefault();
    over(false);
    const files = Array.from(e.dataTransfer?.files ?? []);
    if (hits(e) && files.length > 0) take(files);
  }

  window.addEventListener('dragover', dragged);
  window.addEventListener('dragleave', left);
  window.addEventListener('drop', dropped);
  return () => {
    window.removeEventListener('dragover', dragged);
    window.removeEventListener('dragleave', left);
    window.removeEventListener('drop', dropped);
  };
}

/** The pictures and documents of a paste. None where there is text as well: cells copied from a sheet come with a picture of themselves. */
export function pastedFiles(e: ClipboardEvent): File[] {
  const data = e.clipboardData;
  if (!data || Array.from(data.types).includes('text/plain')) return [];
  return Array.from(data.files);
}
