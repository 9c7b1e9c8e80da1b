import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { sql, SQLite } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { pageNonce } from "@/app/_components/page-nonce";

// Colour belongs to verdicts: the words of SQL are told apart by the links' blue, weight and paler ink.
const words = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--sea)", fontWeight: "600" },
  { tag: [tags.string, tags.number, tags.bool, tags.null], color: "var(--ink-2)", fontWeight: "600" },
  { tag: tags.comment, color: "var(--ink-3)" },
  { tag: [tags.operator, tags.punctuation], color: "var(--ink-2)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "13px", lineHeight: "20px", minHeight: "150px", maxHeight: "420px" },
  ".cm-content": { padding: "10px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 12px" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection": { backgroundColor: "var(--sea-wash) !important" },
  ".cm-matchingBracket": { backgroundColor: "var(--sea-wash)", outline: "1px solid var(--sea)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", border: "1px solid var(--line)", borderRadius: "6px", boxShadow: "var(--shadow-2)", color: "var(--ink)" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", fontFamily: "var(--mono)", fontSize: "12px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--sea)", color: "var(--on-sea)" },
  ".cm-completionIcon": { display: "none" },
});

/** Puts an editor for osquery's SQL into `parent`; answers what takes it away again. Tab leaves the field, as in every field. */
export function makeSqlView(
  parent: HTMLElement,
  { text, tables, onChange }: { text: string; tables: Record<string, string[]>; onChange: (text: string) => void },
): () => void {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        history(),
        bracketMatching(),
        autocompletion({ icons: false }),
        sql({ dialect: SQLite, schema: tables, upperCaseKeywords: true }),
        syntaxHighlighting(words),
        look,
        EditorView.cspNonce.of(pageNonce()),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "Query", spellcheck: "false", autocapitalize: "off" }),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return () => view.destroy();
}
