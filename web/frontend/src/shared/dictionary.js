// What the community's dictionary lacks or says in words that we don't use.
export default {
};
