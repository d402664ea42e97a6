/*
 * reply: whoever was sent a notice answers it by the link in it: fixed, not
 * ours, need help. Looking at the page changes nothing: mail scanners follow
 * links, too.
 */
import { useState } from "preact/hooks";
import { get, post } from "../lib/api";
import { num, t, tn, tx } from "../lib/i18n";
import { useLoad, useWork } from "../lib/load";
import type { Given } from "../lib/types";
import { answerName, className } from "../lib/words";
import type { PageProps } from "../pages";
import { Card, Failure, Field, Load, Table, Title } from "../ui/parts";
import { Moment, Raw } from "../ui/text";

interface Asked {
	notice: string;
	from: string; // who told
	created: string;
	expires: string;
	findings: number;
	classes: { class: string; title: string; findings: number }[];
	answers_given: Given[];
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
						<p>{tx("%s told you of systems in your network that need attention.", <strong><Raw v={a.from} /></strong>)}</p>
						<p class="muted"><Moment at={a.created} /></p>
						<Table caption={t("Findings")} rows={a.classes} keyOf={(c) => c.class} columns={[
							{ name: "class", head: t("Class"), wide: true, cell: (c) => c.title || className(c.class) },
							{ name: "findings", head: t("Findings"), num: true, cell: (c) => num(c.findings) },
						]} />
						<p class="muted">{tn("%s finding; the message has the details.", "%s findings; the message has the details.", a.findings)}</p>
						{a.answers_given.length ? (
							<Card title={t("Answers so far")}>
								<ul class="list">{a.answers_given.map((g, k) => <li key={k}><strong>{answerName(g.answer)}</strong> <span class="muted"><Moment at={g.at} /></span>{g.comment ? <p class="quote"><Raw v={g.comment} prose /></p> : null}</li>)}</ul>
							</Card>
						) : null}
						{sent ? (
							<Card><p class="note good" role="status">{t("Thank you. Your answer was taken in.")}</p></Card>
						) : (
							<Card title={t("Your answer")}>
								<form onSubmit={(e) => {
									e.preventDefault();
									if (answer) void work.run(async () => { await post(at, { answer, comment: comment || null }); setSent(true); load.reload(); });
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
								<p class="hint">{t("The link works until")} <Moment at={a.expires} /></p>
							</Card>
						)}
					</>
				)}
			</Load>
		</div>
	);
}
