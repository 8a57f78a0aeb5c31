// stub until certificates exist
export function trustOwnCertificates() {}
