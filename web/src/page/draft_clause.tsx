/* draft_clause: one clause of an agreement that is being written, each choice with what it means. */
import { ALWAYS_EXCLUDED, CATEGORIES, choices, EXCLUDED, excludedName, MARKS, PERSONAL, PURPOSES } from "../lib/exchange";
import { t } from "../lib/i18n";
import { Field } from "../ui/parts";
import { Raw } from "../ui/text";

export interface DraftClause {
	category: string;
	purposes: string[];
	tlp: string;
	recipients: string;
	accounts: string;
	victims: string;
	v4_bits: number;
	v6_bits: number;
	ground: string;
	retention_days: number;
	onward: string; // "none", "same-agreement", "named"
	named: string[];
	excluded: string[];
}

export const CLAUSE: DraftClause = {
	category: "abuse-report", purposes: ["notify", "protect"], tlp: "AMBER", recipients: "removed", accounts: "removed", victims: "reduced",
	v4_bits: 24, v6_bits: 48, ground: "", retention_days: 90, onward: "none", named: [], excluded: [...ALWAYS_EXCLUDED],
};

const toggled = (all: string[], name: string, on: boolean): string[] => (on ? [...all, name] : all.filter((x) => x !== name));

function Whole({ label, value, set }: { label: string; value: string; set: (v: string) => void }) {
	return (
		<Field label={label}>
			{(p) => <select {...p} value={value} onChange={(e) => set(e.currentTarget.value)}>{choices(PERSONAL).map(([v, name]) => <option key={v} value={v}>{name}</option>)}</select>}
		</Field>
	);
}

export function ClauseForm({ c, number, parties, set, remove }: { c: DraftClause; number: number; parties: { id: string; name: string }[]; set: (c: DraftClause) => void; remove?: () => void }) {
	const put = (part: Partial<DraftClause>) => set({ ...c, ...part });
	const whole = [c.recipients, c.accounts, c.victims].includes("whole");
	return (
		<fieldset class="clause-form">
			<legend>{t("Clause %s", number)}</legend>
			<div class="fields">
				<Field label={t("Category of data")}>
					{(p) => <select {...p} value={c.category} onChange={(e) => put({ category: e.currentTarget.value })}>{choices(CATEGORIES).map(([v, name]) => <option key={v} value={v}>{name}</option>)}</select>}
				</Field>
				<Field label={t("Highest mark (TLP)")} hint={t("What is marked higher does not flow. RED goes to nobody by itself.")}>
					{(p) => <select {...p} value={c.tlp} onChange={(e) => put({ tlp: e.currentTarget.value })}>{MARKS.map((m) => <option key={m} value={m}>{`TLP:${m}`}</option>)}</select>}
				</Field>
				<Field label={t("Kept for at most (days)")} hint={t("Then it is taken out at the recipient's, too.")}>
					{(p) => <input {...p} type="number" required min={1} max={36525} value={c.retention_days} onInput={(e) => put({ retention_days: Number(e.currentTarget.value) })} />}
				</Field>
			</div>
			<fieldset class="inline">
				<legend>{t("Purposes")}</legend>
				{choices(PURPOSES).map(([v, name]) => (
					<label key={v} class="check"><input type="checkbox" checked={c.purposes.includes(v)} onChange={(e) => put({ purposes: toggled(c.purposes, v, e.currentTarget.checked) })} /><span>{name}</span></label>
				))}
			</fieldset>
			<div class="fields">
				<Whole label={t("Recipients of spam")} value={c.recipients} set={(v) => put({ recipients: v })} />
				<Whole label={t("Names of accounts")} value={c.accounts} set={(v) => put({ accounts: v })} />
				<Whole label={t("Addresses of victims")} value={c.victims} set={(v) => put({ victims: v })} />
				{c.victims === "reduced" ? (
					<>
						<Field label={t("to networks of (bits, IPv4)")}>{(p) => <input {...p} type="number" min={0} max={32} value={c.v4_bits} onInput={(e) => put({ v4_bits: Number(e.currentTarget.value) })} />}</Field>
						<Field label={t("to networks of (bits, IPv6)")}>{(p) => <input {...p} type="number" min={0} max={128} value={c.v6_bits} onInput={(e) => put({ v6_bits: Number(e.currentTarget.value) })} />}</Field>
					</>
				) : null}
			</div>
			<p class="hint">{t("Reduced: of a mailbox its domain, of an address its network. Whole needs a reason that stands in the text.")}</p>
			{whole ? <Field label={t("Why it goes whole")}>{(p) => <textarea {...p} required dir="auto" rows={2} maxLength={1000} value={c.ground} onInput={(e) => put({ ground: e.currentTarget.value })} />}</Field> : null}
			<Field label={t("Passing on")}>
				{(p) => <select {...p} value={c.onward} onChange={(e) => put({ onward: e.currentTarget.value })}>
					<option value="none">{t("to nobody")}</option>
					<option value="same-agreement">{t("within this agreement")}</option>
					<option value="named">{t("to parties that are named")}</option>
				</select>}
			</Field>
			{c.onward === "named" ? (
				<fieldset class="inline">
					<legend>{t("To whom")}</legend>
					{parties.map((x) => <label key={x.id} class="check"><input type="checkbox" checked={c.named.includes(x.id)} onChange={(e) => put({ named: toggled(c.named, x.id, e.currentTarget.checked) })} /><span><Raw v={x.name} /></span></label>)}
				</fieldset>
			) : null}
			<fieldset class="inline">
				<legend>{t("Excluded uses")}</legend>
				{Object.keys(EXCLUDED).map((v) => (
					<label key={v} class="check"><input type="checkbox" disabled={ALWAYS_EXCLUDED.includes(v)} checked={c.excluded.includes(v)} onChange={(e) => put({ excluded: toggled(c.excluded, v, e.currentTarget.checked) })} /><span>{excludedName(v)}</span></label>
				))}
			</fieldset>
			{remove ? <p class="buttons"><button type="button" class="quiet small" onClick={remove}>{t("Remove clause %s", number)}</button></p> : null}
		</fieldset>
	);
}
