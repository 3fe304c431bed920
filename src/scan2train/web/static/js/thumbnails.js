/** Thumbnails as they come into view, few at a time: whoever scrolls through slices waits for none of them. */

/** Thumbnails this far outside the list's view are asked for too. */
const MARGIN = "200px";
/** A browser has six connections to a server. */
const AT_ONCE = 2;
/** While slices are on their way, how long until the next look, ms. */
const PAUSE_MS = 80;

/**
 * @param {HTMLElement} list what scrolls
 * @param {() => boolean} busy whether something is waited for that comes first
 * @returns {{watch: (image: HTMLImageElement) => void}} for images with the address in `data-src`
 */
export function makeThumbnails(list, busy) {
  /** @type {Set<HTMLImageElement>} those in view, in the order they came there */
  const waiting = new Set();
  let running = 0;
  let timer = null;

  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) waiting.add(target);
        else waiting.delete(target);
      }
      next();
    },
    { root: list, rootMargin: MARGIN },
  );

  function next() {
    clearTimeout(timer);
    if (waiting.size === 0 || running >= AT_ONCE) return;
    if (busy()) {
      timer = setTimeout(next, PAUSE_MS);
      return;
    }
    const [image] = waiting;
    waiting.delete(image);
    seen.unobserve(image);
    running += 1;
    const done = () => {
      running -= 1;
      next();
    };
    image.addEventListener("load", done, { once: true });
    image.addEventListener("error", done, { once: true });
    image.src = image.dataset.src;
    next();
  }

  return Object.freeze({ watch: (image) => seen.observe(image) });
}
