/** The visitor's choice of theme; `system` follows the computer. */
export type Theme = "system" | "light" | "dark";

const key = "flotilla-theme";
const changed = "flotilla:theme";

/** Runs before the first paint: puts the stored choice on <html>. */
export const themeScript = `try{var t=localStorage.getItem("${key}");if(t==="light"||t==="dark")document.documentElement.dataset.theme=t}catch(e){}`;

/** The stored choice. */
export function readTheme(): Theme {
  try {
    const stored = localStorage.getItem(key);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    // A browser that keeps nothing for us follows the computer.
    return "system";
  }
}

/** Takes a choice at once and keeps it for this browser. */
export function setTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Not kept then; it holds for this page.
  }
  window.dispatchEvent(new Event(changed));
}

/** Calls back whenever the choice changes, here or in another window; gives the function that stops it. */
export function onThemeChange(callback: () => void): () => void {
  window.addEventListener(changed, callback);
  window.addEventListener("storage", callback);
  return () => {
    window.removeEventListener(changed, callback);
    window.removeEventListener("storage", callback);
  };
}
