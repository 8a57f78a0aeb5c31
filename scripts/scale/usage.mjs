// The model of use: how often each measured thing happens for one client in one month. A client is a company
// with one or two people who use the portal most weeks, and a business that works in it every day. Change a
// figure and run `make scale SAVED=1`: the tables follow.

/** Times per client and month. Names are those of measure.mjs. */
export const A_MONTH = {
  // The client's people.
  "sign-in page": 6,
  "sign in by password": 4,
  "client: home": 8,
  "client: documents": 4,
  "client: download": 3,
  "client: billing": 2,
  "client: invoice": 2,
  "client: invoice PDF": 1,
  "client: tasks": 2,
  "client: notifications": 2,
  "client: conversation": 3,
  "client writes, staff answer": 1.5,
  "ticket, answered": 0.3,
  "client sends a file": 0.5,
  "invoice paid online": 0.5,
  // Staff, for this client.
  "staff sign in": 0.5,
  "staff: dashboard": 2,
  "staff: client": 6,
  "staff: documents": 3,
  "staff: billing": 2,
  "staff: messages": 2,
  "document shared": 2,
  "invoice written and sent": 1,
  "payment recorded": 0.4,
  "time logged": 6,
  "task added": 1,
  // A client stays three years.
  "client comes on board": 1 / 36,
};

/** Whatever the number of clients: the clock each minute, and robots that ask for what is not there. */
export const A_PORTAL = { "minute of the clock, nothing due": 43_200, "page that is not there": 20_000 };

/** Mails a client and month that the clock sends: a message that lies unread, a reminder now and then. */
export const MAILS_BY_CLOCK = 1.4;

/** What a file weighs on average, in MB. */
export const FILE_MB = 1.5;

/** Which share of a month's requests falls into its busiest hour: a tenth of a day that is twice one of 21. */
export const BUSIEST_HOUR = 0.1 / 21 * 2;
