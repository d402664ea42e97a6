/* settings: what stands in entente.conf, as the node understands it. */
import { useState } from "preact/hooks";
import { get, patch } from "../lib/api";
import { LANG_NAMES, N_, t } from "../lib/i18n";
import { useLive } from "../lib/live";
import { useLoad, useWork } from "../lib/load";
import { useSession } from "../lib/session";
import { ROLE_NAMES, roleName } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, CountrySelect, Empty, Failure, Field, Load, Title } from "../ui/parts";

interface Setting {
	name: string; // "section.key"
	value: string;
	changeable: boolean;
}

interface All {
	items: Setting[];
}

// What those that can be changed here mean; the rest are for who looks after the machine, under their own names.
const WORDS: Record<string, [label: string, hint: string]> = {
	"node.name": [N_("Name of this node"), N_("As recipients of notices and the public see it.")],
	"node.country": [N_("Country"), ""],
	"node.mail": [N_("Mail address"), N_("Notices come from it, and the public writes to it.")],
	"node.url": [N_("Web page"), N_("Of the organisation.")],
	"node.language": [N_("Language"), N_("Of notices to contacts whose language is unknown: ar, zh, en, fr, ru or es.")],
	"intake.trusted": [N_("Own mail relays"), N_("Names and networks, with commas: a mail's sender is the first host before them.")],
	"intake.report_max": [N_("Largest report"), ""],
	"intake.reader_time": [N_("Longest time for reading a report"), ""],
	"notices.interval": [N_("Time between two notices to one recipient"), ""],
	"notices.tlp": [N_("Marking of our notices"), N_("TLP: how far recipients may pass them on.")],
	"notices.reply_to": [N_("Answers to notices go to"), N_("A mail address; empty: the node's.")],
	"notices.two_people": [N_("Two people for a notice"), N_("Who prepared it may not approve it.")],
	"notices.automatic": [N_("Send by itself"), ""],
	"server.public": [N_("Pages for the public"), N_("The form and the look-up of one's own address are there for everybody.")],
	"server.second_factor": [N_("Roles that need a second factor"), N_("Who has one of them sets it up at the next request, before anything else.")],
};
// What is one of a few words in the file is chosen here; where a name is to be translated it is a message.
const YES_NO: [string, string][] = [["yes", N_("yes")], ["no", N_("no")]];
const CHOICES: Record<string, [value: string, name: string][]> = {
	"node.language": Object.entries(LANG_NAMES),
	"notices.tlp": ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT"].map((s) => [s, s]),
	"notices.two_people": YES_NO,
	"notices.automatic": [["no", N_("no")], ["prepare", N_("prepare what is due; a person sends it")], ["send", N_("prepare and send what is due")]],
	"server.public": YES_NO,
};
const SECTIONS: Record<string, string> = { node: N_("This node"), intake: N_("Taking in"), notices: N_("Notices"), server: N_("Server") };

const sectionOf = (s: Setting): string => (s.name.includes(".") ? s.name.slice(0, s.name.indexOf(".")) : "");
const keyOf = (s: Setting): string => s.name.slice(s.name.indexOf(".") + 1).replace(/[_-]/g, " ");

function Choice({ s, typed, set, id }: { s: Setting; typed: string; set: (v: string) => void; id: object }) {
	const own = CHOICES[s.name]!;
	const choices: [string, string][] = own.some(([v]) => v === typed) ? own : [[typed, typed], ...own];
	return <select {...id} value={typed} onChange={(e) => set(e.currentTarget.value)}>{choices.map(([v, name]) => <option key={v} value={v}>{t(name)}</option>)}</select>;
}

function RoleList({ label, hint, typed, set, free }: { label: string; hint: string; typed: string; set: (v: string) => void; free: boolean }) {
	const chosen = typed.split(/[\s,]+/).filter(Boolean);
	return (
		<fieldset>
			<legend>{label}</legend>
			{ROLE_NAMES.map((r) => (
				<label key={r} class="check">
					<input type="checkbox" disabled={!free} checked={chosen.includes(r)}
						onChange={(e) => set(ROLE_NAMES.filter((x) => (x === r ? e.currentTarget.checked : chosen.includes(x))).join(" "))} />
					<span>{roleName(r)}</span>
				</label>
			))}
			<p class="hint">{hint}</p>
		</fieldset>
	);
}

function Row({ s, done }: { s: Setting; done: (all: All) => void }) {
	const { may, say } = useSession();
	const [typed, setTyped] = useState(s.value);
	const work = useWork();
	const known = Object.hasOwn(WORDS, s.name) ? WORDS[s.name] : undefined;
	const free = s.changeable && may("settings.change");
	return (
		<form class="setting" onSubmit={(e) => {
			e.preventDefault();
			void work.run(async () => {
				const all = await patch<All>("/settings", { set: [{ name: s.name, value: typed }] });
				say(t("The setting was saved."));
				done(all);
			});
		}}>
			{s.name === "server.second_factor" && known ? (
				<>
					{work.error ? <Failure problem={work.error} /> : null}
					<RoleList label={t(known[0])} hint={t(known[1])} typed={typed} set={setTyped} free={free} />
				</>
			) : (
				<Field label={known ? t(known[0]) : keyOf(s)} hint={known?.[1] ? t(known[1]) : undefined} error={work.error?.message}>
					{(p) => free && s.name === "node.country" ? <CountrySelect ids={p} value={typed} set={setTyped} none={t("none")} />
						: free && Object.hasOwn(CHOICES, s.name) ? <Choice s={s} typed={typed} set={setTyped} id={p} />
						: <input {...p} readOnly={!free} dir="auto" value={typed} onInput={(e) => setTyped(e.currentTarget.value)} />}
				</Field>
			)}
			{free && typed !== s.value ? <p class="buttons"><button type="submit" class="primary" disabled={work.busy}>{t("Save")}</button></p> : null}
		</form>
	);
}

export default function Settings(_: PageProps) {
	const load = useLoad("settings", (signal) => get<All>("/settings", {}, signal));
	useLive(["setting"], load.reload);
	return (
		<>
			<Title text={t("Settings")} />
			<Load of={load}>
				{(data) => {
					const sections = [...new Set(data.items.map(sectionOf))];
					return data.items.length ? (
						<div class="grid">
							{sections.map((section) => (
								<Card key={section} title={Object.hasOwn(SECTIONS, section) ? t(SECTIONS[section]!) : section || t("Further settings")}>
									{data.items.filter((s) => sectionOf(s) === section).map((s) => <Row key={`${s.name} ${s.value}`} s={s} done={load.set} />)}
								</Card>
							))}
						</div>
					) : <Empty title={t("There is nothing to set.")} />;
				}}
			</Load>
			<p class="hint">{t("All settings stand in entente.conf in the node's folder, each with a comment. Those that cannot be changed here are changed there.")}</p>
		</>
	);
}
