import type { LocalUser } from '../../local-account/iam/users.ts';
import type { LivedAccount } from './lived-account.ts';
import { isDue, type Job, type Life, SLOTS } from './lives.ts';

/** Does what happens to a user on a day in a slot. */
type Live = (day: number, slot: number) => Promise<void>;

const UNDO =
  /^Undo: aws iam update-access-key --user-name=(\S+) --access-key-id=(\S+) --status=Active$/m;

/** Returns the parameters of the command that a message prints after `Undo:`. */
export const undoIn = ({ Message = '' }: { readonly Message?: string } = {}) => {
  const [, UserName = '', AccessKeyId = ''] = UNDO.exec(Message) ?? [];
  return { UserName, AccessKeyId, Status: 'Active' } as const;
};

const statusOf = ({ keys }: LocalUser, id: string) =>
  keys.find(({ AccessKeyId }) => AccessKeyId === id)?.Status;

const remove = (account: LivedAccount, { UserName }: LocalUser, AccessKeyId: string) =>
  account.operate('DeleteAccessKey', { UserName, AccessKeyId });

/** Uses the keys, and rotates the first one. */
const work = (account: LivedAccount, user: LocalUser, { keys, rotations }: Life): Live => {
  const always = Number.POSITIVE_INFINITY;
  const jobs = keys.flatMap(({ job }, index) => {
    const id = user.keys[index]?.AccessKeyId;
    return job && id ? [{ id, job, from: 0, until: always }] : [];
  });
  const disposals: { readonly id: string; readonly day: number; readonly how: string }[] = [];
  let current = user.keys[0]?.AccessKeyId ?? '';

  const rotate = async ({ day, deployedAfter, overlap, disposal }: Life['rotations'][number]) => {
    const inactive = user.keys.find(({ Status }) => Status === 'Inactive');
    if (user.keys.length > 1 && inactive === undefined) return;
    if (user.keys.length > 1 && inactive) await remove(account, user, inactive.AccessKeyId);
    await account.operate('CreateAccessKey', { UserName: user.UserName });
    const id = user.keys.at(-1)?.AccessKeyId ?? '';
    const from = day + deployedAfter;
    const running = jobs.findLast((one) => one.id === current);
    const job: Job = running?.job ?? { every: 1, phase: 0, slot: 1 };
    if (running) running.until = from + overlap;
    jobs.push({ id, job, from, until: always });
    disposals.push({ id: current, day: from + overlap + 2, how: disposal });
    current = id;
  };

  return async (day, slot) => {
    const due = slot === 0 ? rotations.find((one) => one.day === day) : undefined;
    if (due !== undefined) await rotate(due);
    for (const { id, how } of disposals.filter((one) => slot === 2 && one.day === day)) {
      if (statusOf(user, id) === undefined) continue;
      if (how === 'deleted') await remove(account, user, id);
      if (how === 'Inactive') await account.setStatus(user, id, how);
    }
    for (const { id, job, from, until } of jobs)
      if (isDue(job, day, slot) && from <= day && day <= until) account.use(user, id);
  };
};

/** Lets a thief use a key, and AWS quarantine the user. Fifteen days later an operator deletes the key. */
const suffer =
  (account: LivedAccount, user: LocalUser, { theft }: Life): Live =>
  async (day, slot) => {
    if (theft === undefined) return;
    const id = user.keys[theft.key]?.AccessKeyId;
    const { day: begin, days, quarantinedAfter } = theft;
    if (slot === 1 && id && begin <= day && day < begin + days) account.use(user, id);
    if (slot !== 2 || quarantinedAfter === undefined) return;
    if (day === begin + quarantinedAfter) await account.quarantine(user, 'AttachUserPolicy');
    if (day !== begin + quarantinedAfter + 15) return;
    await account.quarantine(user, 'DetachUserPolicy');
    if (id) await remove(account, user, id);
  };

/** Undoes the deactivations by the runbook. */
const regret = (account: LivedAccount, user: LocalUser, { undo }: Life): Live => {
  const pending: { readonly id: string; readonly due: number }[] = [];
  let seen = 0;
  return async (day, slot) => {
    if (undo === undefined) return;
    const now = day * SLOTS.length + slot;
    for (const write of account.writes.slice(seen))
      if (write.user === user && write.isByRunbook && write.Status === 'Inactive')
        pending.push({ id: write.AccessKeyId, due: now + undo.slots });
    seen = account.writes.length;
    for (const { id } of pending.filter(({ due }) => due === now)) {
      if (statusOf(user, id) !== 'Inactive') continue;
      const isAbout = ({ Message }: { readonly Message: string }) =>
        Message.includes(`${id} of the IAM user ${user.UserName} `);
      if (undo.by === 'ReactivateAccessKey') await account.reactivate(user, id);
      else
        await account.operate('UpdateAccessKey', undoIn(account.sns.published.findLast(isAbout)));
    }
  };
};

/** Sets the first key to Active if it is not, as infrastructure as code does. */
const apply = (account: LivedAccount, user: LocalUser, { terraform }: Life): Live => {
  const id = user.keys[0]?.AccessKeyId ?? '';
  return async (day, slot) => {
    const isApplied = terraform !== undefined && isDue(terraform, day, slot);
    if (isApplied && statusOf(user, id) === 'Inactive') await account.applyTerraform(user, id);
  };
};

/** Lets a user live. */
export const createUserLife = (account: LivedAccount, index: number, life: Life): Live => {
  const user = account.users[index];
  if (user === undefined) throw new Error(`expected one of ${account.users.length} users`);
  const parts = [work, suffer, regret, apply].map((part) => part(account, user, life));
  return async (day, slot) => {
    for (const part of parts) await part(day, slot);
  };
};
