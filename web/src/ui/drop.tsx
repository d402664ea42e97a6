/*
 * drop: hand in reports: drop files anywhere on the page, or choose them. One
 * goes up at a time, with its progress; the node says at once whether it has it.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem, upload, type Taken, type Upload } from "../lib/api";
import { bytes, percent, t } from "../lib/i18n";
import { Field } from "./parts";
import { Raw } from "./text";

interface Item {
	key: number;
	file: File;
	part: number;
	state: "waiting" | "sending" | "taken" | "known" | "failed";
	taken?: Taken;
	problem?: Problem;
}

let keys = 0;

export function DropReports({ done }: { done: () => void }) {
	const [items, setItems] = useState<Item[]>([]);
	const [over, setOver] = useState(false);
	const [feed, setFeed] = useState("");
	const [format, setFormat] = useState("");
	const current = useRef<Upload | undefined>(undefined);
	const options = useRef({ feed, format });
	options.current = { feed, format };

	const change = (key: number, to: Partial<Item>) => setItems((all) => all.map((i) => (i.key === key ? { ...i, ...to } : i)));
	const add = (files: Iterable<File>) => {
		const more = [...files].map((file): Item => ({ key: ++keys, file, part: 0, state: "waiting" }));
		setItems((all) => [...all, ...more]);
	};

	// The next one goes when none is on its way.
	useEffect(() => {
		if (current.current) return;
		const next = items.find((i) => i.state === "waiting");
		if (!next) return;
		change(next.key, { state: "sending" });
		const up = upload(next.file, next.file.name, options.current, (part) => change(next.key, { part }));
		current.current = up;
		void up.promise
			.then((taken) => change(next.key, { state: taken.known ? "known" : "taken", part: 1, taken }),
				(p: unknown) => change(next.key, { state: "failed", problem: p instanceof Problem ? p : new Problem(0, String(p), "") }))
			.finally(() => {
				current.current = undefined;
				setItems((all) => [...all]);
				done();
			});
	}, [items]);
	useEffect(() => () => current.current?.abort(), []);

	useEffect(() => {
		const holdsFiles = (e: DragEvent) => e.dataTransfer?.types.includes("Files") ?? false;
		const drag = (e: DragEvent) => {
			if (!holdsFiles(e)) return;
			e.preventDefault();
			setOver(true);
		};
		const leave = (e: DragEvent) => e.relatedTarget === null && setOver(false);
		const drop = (e: DragEvent) => {
			if (!holdsFiles(e)) return;
			e.preventDefault();
			setOver(false);
			add(e.dataTransfer?.files ?? []);
		};
		addEventListener("dragover", drag);
		addEventListener("dragleave", leave);
		addEventListener("drop", drop);
		return () => {
			removeEventListener("dragover", drag);
			removeEventListener("dragleave", leave);
			removeEventListener("drop", drop);
		};
	}, []);

	const word = (i: Item): string => {
		switch (i.state) {
		case "waiting": return t("waiting");
		case "sending": return i.part < 1 ? percent(i.part, 1) : t("being kept");
		case "taken": return t("taken in");
		case "known": return t("taken in before: nothing is counted twice");
		case "failed": return i.problem?.message ?? t("failed");
		}
	};
	return (
		<section class={over ? "drop-zone over" : "drop-zone"} aria-label={t("Hand in reports")}>
			<p>
				<label class="button primary file">
					{t("Choose files")}
					<input type="file" multiple onChange={(e) => { add(e.currentTarget.files ?? []); e.currentTarget.value = ""; }} />
				</label>{" "}
				<span class="muted">{t("or drop them on this page: mails, mailboxes, CSV, JSON, XML, also packed.")}</span>
			</p>
			<details>
				<summary>{t("Say what they are (else the node finds out)")}</summary>
				<div class="fields">
					<Field label={t("Feed")}>{(p) => <input {...p} dir="auto" value={feed} onInput={(e) => setFeed(e.currentTarget.value)} />}</Field>
					<Field label={t("Format")} hint={t("A format's name, such as shadowserver, arf or xarf.")}>
						{(p) => <input {...p} dir="ltr" value={format} onInput={(e) => setFormat(e.currentTarget.value)} />}
					</Field>
				</div>
			</details>
			{items.length ? (
				<ul class="uploads">
					{items.map((i) => (
						<li key={i.key} class={i.state}>
							<span class="name">{i.taken ? <a href={`/reports/${i.taken.id}`}><Raw v={i.file.name} /></a> : <Raw v={i.file.name} />}</span>
							<span class="muted small">{bytes(i.file.size)}</span>
							<progress max={1} value={i.state === "failed" ? 0 : i.part} aria-label={i.file.name} />
							<span class="small" role="status">{word(i)}</span>
							{i.state === "sending" ? <button type="button" class="quiet small" onClick={() => current.current?.abort()}>{t("Stop")}</button> : null}
							{i.state === "failed" ? <button type="button" class="quiet small" onClick={() => change(i.key, { state: "waiting", part: 0, problem: undefined })}>{t("Try again")}</button> : null}
						</li>
					))}
				</ul>
			) : null}
		</section>
	);
}
