// The pictures of docs/GUIDE.md: which page of the demo business, who looks at it, and how wide the window is.
// `path` may be a function of what the demo holds.
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 780 };

export const PICTURES = [
  { name: "enable-portal", who: "owner", path: ({ yoga }) => `/admin/clients/${yoga}`, ...DESK },
  { name: "branding", who: "owner", path: () => "/admin/settings/branding", ...DESK },
  { name: "sign-in", who: "anonymous", path: () => "/sign-in", ...PHONE },
  { name: "upload", who: "owner", path: ({ bakery }) => `/admin/clients/${bakery}/documents`, ...DESK },
  { name: "client-documents", who: "client", path: () => "/documents", ...PHONE },
  { name: "invite", who: "owner", path: ({ jonas }) => `/admin/contacts/${jonas}/invite`, ...DESK, height: 1100 },
  { name: "billing", who: "owner", path: ({ bakery }) => `/admin/clients/${bakery}/billing`, ...DESK },
  { name: "client-invoice", who: "client", path: ({ invoice }) => `/billing/${invoice}`, ...PHONE },
  { name: "permissions", who: "owner", path: ({ bakery }) => `/admin/clients/${bakery}/permissions`, ...DESK },
  { name: "ticket", who: "owner", path: ({ ticket }) => `/admin/tickets/${ticket}`, ...DESK },
  { name: "preview", who: "preview", path: () => "/", ...DESK },
];
