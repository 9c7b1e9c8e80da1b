"use client";
import { useEffect } from "react";

/** Takes the query out of the address bar and the browser's history, where a link's token would lie for the next person at this computer. */
export function ForgetAddress() {
  useEffect(() => {
    if (window.location.search) window.history.replaceState(window.history.state, "", window.location.pathname);
  }, []);
  return null;
}
