import type { LocalAccessKey } from '../../local-account/iam/users.ts';
import type { LivedAccount, Write } from './lived-account.ts';
import { isDue, type Job, type Life, SLOTS } from './lives.ts';

/** The command that a message prints after `Undo:`. */
const UNDO =
  /^Undo: aws iam update-access-key --user-name=(\S+) --access-key-id=(\S+) --status=Active$/m;

/** Lets a user live. The returned function does what happens on a day in a slot. */
export const createUserLife = (account: LivedAccount, index: number, life: Life) => {
  const user = account.users[index];
  if (user === undefined) throw new Error(`expected one of ${account.users.length} users`);
  const { keys, rotations, undo, theft, terraform } = life;
  /** The keys that jobs use, with the day on which each use begins and ends. */
  const jobs = keys.flatMap(({ job }, index) => {
    const id = user.keys[index]?.AccessKeyId;
    return job && id ? [{ id, job, from: 0, until: Number.POSITIVE_INFINITY }] : [];
  });
  const disposals: { readonly id: string; readonly day: number; readonly how: string }[] = [];
  const [first] = user.keys;
  let current = first?.AccessKeyId ?? '';
  let seen = 0;
  const undos: { readonly id: string; readonly due: number; readonly message: string }[] = [];

  const keyOf = (id: string): LocalAccessKey | undefined =>
    user.keys.find(({ AccessKeyId }) => AccessKeyId === id);
  const remove = (AccessKeyId: string) =>
    account.operate('DeleteAccessKey', { UserName: user.UserName, AccessKeyId });

  const rotate = async (day: number) => {
    const due = rotations.find((one) => one.day === day);
    if (due === undefined) return;
    const inactive = user.keys.find(({ Status }) => Status === 'Inactive');
    if (user.keys.length > 1 && inactive === undefined) return;
    if (user.keys.length > 1 && inactive) await remove(inactive.AccessKeyId);
    await account.operate('CreateAccessKey', { UserName: user.UserName });
    const id = user.keys.at(-1)?.AccessKeyId ?? '';
    const deployed = day + due.deployedAfter;
    const running = jobs.findLast((one) => one.id === current);
    const job: Job = running?.job ?? { every: 1, phase: 0, slot: 1 };
    if (running) running.until = deployed + due.overlap;
    jobs.push({ id, job, from: deployed, until: Number.POSITIVE_INFINITY });
    disposals.push({ id: current, day: deployed + due.overlap + 2, how: due.disposal });
    current = id;
  };

  const dispose = async (day: number) => {
    for (const { id, how } of disposals.filter((one) => one.day === day)) {
      if (keyOf(id) === undefined || how === 'forgotten') continue;
      if (how === 'deleted') await remove(id);
      else await account.setStatus(user, id, 'Inactive');
    }
  };

  const suffer = async (day: number, slot: number) => {
    if (theft === undefined) return;
    const id = user.keys[theft.key]?.AccessKeyId;
    const { day: begin, days, quarantinedAfter } = theft;
    if (slot === 1 && id && day >= begin && day < begin + days) account.use(id);
    if (slot !== 2 || quarantinedAfter === undefined) return;
    if (day === begin + quarantinedAfter) await account.quarantine(user, 'AttachUserPolicy');
    if (day !== begin + quarantinedAfter + 15) return;
    await account.quarantine(user, 'DetachUserPolicy');
    if (id) await remove(id);
  };

  const regret = async (day: number, slot: number) => {
    if (undo === undefined) return;
    const now = day * SLOTS.length + slot;
    const isOwn = (write: Write) => write.user === user && write.isByRunbook;
    for (const { AccessKeyId: id, Status } of account.writes.slice(seen).filter(isOwn)) {
      const published = account.sns.published.findLast(({ Message }) => Message.includes(id));
      if (Status === 'Inactive')
        undos.push({ id, due: now + undo.slots, message: published?.Message ?? '' });
    }
    seen = account.writes.length;
    for (const { id, message } of undos.filter(({ due }) => due === now)) {
      if (keyOf(id)?.Status !== 'Inactive') continue;
      if (undo.by === 'ReactivateAccessKey') await account.reactivate(user, id);
      else {
        const [, UserName, AccessKeyId = ''] = UNDO.exec(message) ?? [];
        if (UserName !== user.UserName) throw new Error(`expected an UndoCommand, got ${message}`);
        await account.setStatus(user, AccessKeyId, 'Active');
      }
    }
  };

  return async (day: number, slot: number): Promise<void> => {
    if (slot === 0) await rotate(day);
    if (slot === 2) await dispose(day);
    for (const { id, job, from, until } of jobs)
      if (job.slot === slot && isDue(job, day) && day >= from && day <= until)
        if (keyOf(id)?.Status === 'Active') account.use(id);
    await suffer(day, slot);
    await regret(day, slot);
    const isApplied = terraform && terraform.slot === slot && day % terraform.every === 0;
    if (isApplied && first && keyOf(first.AccessKeyId)?.Status === 'Inactive')
      await account.applyTerraform(user, first.AccessKeyId);
  };
};
