/*
 * reply: whoever was sent a notice answers it by the link in it: fixed, not
 * ours, need help. Looking at the page changes nothing: mail scanners follow
 * links, too.
 */
import { useState } from "preact/hooks";
import { get, post } from "../lib/api";
import { countryName } from "../lib/country";
import { t, tn } from "../lib/i18n";
import { useLoad, useWork } from "../lib/load";
import { className } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, Empty, Failure, Field, Load, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

interface Asked {
	node?: { name: string };
	notice?: string;
	sent?: string | null;
	expires?: string | null;
	answered?: { answer: string; at: string } | null;
	findings: { id: string; place: string; port?: number | null; class: string; country?: string | null; last_seen: string; state?: string }[];
}

type Answer = "fixed" | "not-ours" | "need-help";

export default function ReplyPage({ id = "" }: PageProps) {
	const at = `/reply/${encodeURIComponent(id)}`;
	const load = useLoad(id, (signal) => get<Asked>(at, {}, signal));
	const work = useWork();
	const [answer, setAnswer] = useState<Answer>();
	const [comment, setComment] = useState("");
	const [sent, setSent] = useState(false);
	const answers: [Answer, string, string][] = [
		["fixed", t("Fixed"), t("The systems were repaired. If they are seen again, you are told again.")],
		["not-ours", t("Not ours"), t("These are not our systems: please tell somebody else.")],
		["need-help", t("Need help"), t("We do not know what to do. Somebody will write to you.")],
	];
	return (
		<div class="read">
			<Title text={t("Answer to a notice")} />
			<Load of={load}>
				{(a) => (
					<>
						<p>{tn("You were told of %s finding in your network.", "You were told of %s findings in your network.", a.findings.length)}</p>
						{a.findings.length ? (
							<Table caption={t("Findings")} rows={a.findings} keyOf={(f) => f.id} columns={[
								{ name: "place", head: t("Place"), wide: true, cell: (f) => <><Raw v={f.place} mono />{f.port ? <bdi dir="ltr">{` :${f.port}`}</bdi> : null}</> },
								{ name: "class", head: t("Class"), cell: (f) => className(f.class) },
								...(a.findings.some((f) => f.country) ? [{ name: "country", head: t("Country"), cell: (f: Asked["findings"][number]) => countryName(f.country) }] : []),
								{ name: "last", head: t("Last seen"), cell: (f) => <Moment at={f.last_seen} /> },
							]} />
						) : <Empty title={t("None of them is open any more.")} />}
						{sent ? (
							<Card><p class="note good" role="status">{t("Thank you. Your answer was taken in.")}</p></Card>
						) : a.answered ? (
							<Card><p class="note good">{t("This notice was answered already.")} <Moment at={a.answered.at} /></p></Card>
						) : (
							<Card title={t("Your answer")}>
								<form onSubmit={(e) => {
									e.preventDefault();
									if (answer) void work.run(async () => { await post(at, { answer, comment }); setSent(true); });
								}}>
									{work.error ? <Failure problem={work.error} /> : null}
									<fieldset>
										<legend>{t("How does it stand?")}</legend>
										{answers.map(([name, word, more]) => (
											<label key={name} class="check">
												<input type="radio" name="answer" required checked={answer === name} onChange={() => setAnswer(name)} />
												<span><strong>{word}</strong> <span class="muted">{more}</span></span>
											</label>
										))}
									</fieldset>
									<Field label={t("Comment")}>
										{(p) => <textarea {...p} dir="auto" rows={4} maxLength={2000} value={comment} onInput={(e) => setComment(e.currentTarget.value)} />}
									</Field>
									<p class="buttons"><button type="submit" class="primary" disabled={work.busy || !answer}>{t("Send the answer")}</button></p>
								</form>
							</Card>
						)}
					</>
				)}
			</Load>
		</div>
	);
}
