import type { ReactNode } from "react";
import type { DeviceMoment } from "@/lib/compliance/device-moment";
import type { DeviceProgress } from "@/lib/compliance/get-device-progress";
import { At } from "./at";

/** One of the four steps from "checked" to "you can sign in". `now` is where it stands; `arr` is arrival. */
export interface Step {
  state: "ok" | "held" | "busy" | "boat" | "todo" | "arr";
  title: string;
  note: ReactNode;
}

/** The words of one moment. */
export interface DeviceWords {
  title: string;
  lead: ReactNode;
  steps: Step[];
  tip: string;
  /** When the page asks for news, in ms. */
  everyMs: number;
}

const todo = (title: string, note: ReactNode): Step => ({ state: "todo", title, note });
const signIn = todo("You can sign in", "We’ll say so here");
const accepts = todo("Microsoft accepts", "Usually 3 to 10 seconds");

/** What the person reads, for where they stand. `computer` is Mac, PC or computer. */
export function deviceWords(progress: DeviceProgress, computer: string): DeviceWords {
  return { ...momentWords(progress, computer), everyMs: ["fine", "excepted", "unmanaged"].includes(progress.moment) && !progress.checking ? 8000 : 2000 };
}

function momentWords(progress: DeviceProgress, computer: string): Omit<DeviceWords, "everyMs"> {
  const { facts, now, report } = progress;
  const checkedAt = facts.assessedAt ? <At at={facts.assessedAt} now={now} seconds /> : "not yet";
  const open = progress.toFix.length;
  const checked: Step = { state: "ok", title: `Checked your ${computer}`, note: <>All needed checks are fine, {checkedAt}</> };
  const words: Record<DeviceMoment, () => Omit<DeviceWords, "everyMs">> = {
    fix: () => ({
      title: `${open} ${open === 1 ? "thing" : "things"} to fix, then you can sign in`,
      lead: `${open > 1 ? "Start with the first. " : ""}We check every 10 seconds, so you’ll see it here as soon as it’s done.`,
      steps: [
        step(progress, {
          state: "held",
          title: `Checked your ${computer}`,
          note: `${open} ${open === 1 ? "thing" : "things"} to fix`,
        }),
        todo("Send to Microsoft", `By itself, as soon as ${open === 1 ? "it is" : open === 2 ? "both are" : "all are"} fixed`),
        accepts,
        signIn,
      ],
      tip: "You may close this page. It goes on without you.",
    }),
    waiting_answer: () => ({
      title: "We’re waiting for an answer from your " + computer,
      lead: `It hasn’t answered a needed check for a while, so signing in is paused. We ask again every 10 seconds. If nothing changes, restart the ${computer}.`,
      steps: [
        { state: "busy", title: `Checking your ${computer}`, note: <>Last answer {checkedAt}</> },
        todo("Send to Microsoft", "By itself, once it has answered"),
        accepts,
        signIn,
      ],
      tip: "You may close this page. It goes on without you.",
    }),
    unmanaged: () => ({
      title: `Your ${computer} isn’t set up for work yet`,
      lead: "It takes about five minutes. Your files and open work are safe.",
      steps: [
        { state: "held", title: `Set up this ${computer}`, note: "See the steps on this page" },
        todo("Send to Microsoft", "By itself, as soon as it’s set up"),
        accepts,
        signIn,
      ],
      tip: "You may close this page. It goes on without you.",
    }),
    unregistered: () => ({
      title: `One step left: register this ${computer}`,
      lead: "Microsoft doesn’t know whose it is yet. Sign in once with your work account, as the steps say.",
      steps: [
        step(progress, { state: "held", title: `Register this ${computer}`, note: "See the steps on this page" }),
        todo("Send to Microsoft", "By itself, as soon as it’s registered"),
        accepts,
        signIn,
      ],
      tip: "You may close this page. It goes on without you.",
    }),
    first_check: () => ({
      title: `We’re checking your ${computer}`,
      lead: "The first check takes under a minute. Nothing for you to do.",
      steps: [{ state: "busy", title: `Checking your ${computer}`, note: "Usually under a minute" }, todo("Send to Microsoft", "By itself"), accepts, signIn],
      tip: "You may close this page. It goes on without you.",
    }),
    sending: () => ({
      title: "Almost there",
      lead: `Your ${computer} is fine now. We’re telling Microsoft.`,
      steps: [checked, { state: "boat", title: "Sending to Microsoft", note: "Usually a second or two. Nothing for you to do." }, accepts, signIn],
      tip: "You may close this page. It goes on without you.",
    }),
    accepting: () => ({
      title: "Almost there",
      lead: (
        <>
          Your {computer} is fine now. We told Microsoft at {report?.sentAt ? <At at={report.sentAt} now={now} seconds /> : "this moment"} and are waiting for
          its yes.
        </>
      ),
      steps: [
        checked,
        { state: "ok", title: "Sent to Microsoft", note: report?.sentAt ? <At at={report.sentAt} now={now} seconds /> : "Just now" },
        { state: "boat", title: "Waiting for Microsoft to accept", note: "Usually 3 to 10 seconds. Nothing for you to do." },
        signIn,
      ],
      tip: "You may close this page. It goes on without you.",
    }),
    slow: () => ({
      title: "Microsoft is slow today",
      lead: `Your ${computer} is fine and we keep trying; you may close this page. If it’s urgent, call IT and say that your sign-in waits for Microsoft.`,
      steps: [
        checked,
        report?.sentAt
          ? { state: "ok", title: "Sent to Microsoft", note: <At at={report.sentAt} now={now} seconds /> }
          : { state: "boat", title: "Sending to Microsoft", note: "We try again by ourselves" },
        report?.sentAt ? { state: "boat", title: "Waiting for Microsoft to accept", note: "Longer than usual. We keep asking." } : accepts,
        signIn,
      ],
      tip: "You may close this page. It goes on without you.",
    }),
    done: () => ({
      title: "You can sign in",
      lead: (
        <>
          Microsoft accepted at {report?.acceptedAt ? <At at={report.acceptedAt} now={now} seconds /> : "this moment"}. Go back to your app and sign in again.
        </>
      ),
      steps: [
        checked,
        { state: "ok", title: "Sent to Microsoft", note: report?.sentAt ? <At at={report.sentAt} now={now} seconds /> : "" },
        { state: "ok", title: "Microsoft accepted", note: report?.acceptedAt ? <At at={report.acceptedAt} now={now} seconds /> : "" },
        { state: "arr", title: "You can sign in", note: "Still refused? Quit the app and open it again." },
      ],
      tip: "You may close this page.",
    }),
    fine: () => ({
      title: `Nothing to fix on this ${computer}`,
      lead: "Still refused? Press Check again, wait 10 seconds, then sign in.",
      steps: [
        step(progress, checked),
        ...(report?.acceptedAt
          ? [
              {
                state: "ok" as const,
                title: "Microsoft knows",
                note: (
                  <>
                    Since <At at={report.acceptedAt} now={now} seconds />
                  </>
                ),
              },
            ]
          : []),
      ],
      tip: "You may close this page.",
    }),
    excepted: () => {
      const until = facts.reasons.find(({ code }) => code === "exception")?.until;
      return {
        title: "You can sign in for now",
        lead: until ? (
          <>
            IT lets you in until <At at={new Date(until)} now={now} />. Fix what is listed before then.
          </>
        ) : (
          "IT lets you in for a while. Fix what is listed before it ends."
        ),
        steps: [step(progress, { ...checked, note: checkedAt })],
        tip: "You may close this page.",
      };
    },
  };
  return words[progress.moment]();
}

// While the computer is being asked again, its first step says so.
function step(progress: DeviceProgress, otherwise: Step): Step {
  return progress.checking ? { state: "busy", title: "Checking now", note: "Usually within 10 seconds" } : otherwise;
}
