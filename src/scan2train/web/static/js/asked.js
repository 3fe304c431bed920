/**
 * Asked before the rest of the page is there: the set, and the image that it is opened with. A large image is
 * read while the other modules load.
 */
import { askJson } from "./api.js";

export const setAsked = askJson("api/set");

/** The id of the image to begin with, and what the server says of it; both null where there is none. */
export const firstAsked = setAsked.then((set) => {
  const id = set.open ?? set.images[0]?.id ?? null;
  return { id, image: id === null ? null : askJson(`api/images/${id}`) };
});

// Whoever waits for these says what went wrong; here it is only not to be called unhandled.
firstAsked.then(({ image }) => image?.catch(() => null)).catch(() => null);
