equal(ethers.version, 'ethers/5.7.2');
const { utils, Wallet, BigNumber, Contract, providers } = ethers;
equal(utils.keccak256(utils.toUtf8Bytes('abc')), '0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45');
equal(utils.getAddress('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'), '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266');
const wallet = new Wallet('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80');
equal(wallet.address, '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266');
equal(BigNumber.from('0xff').mul('1000000000000000000').toString(), '255000000000000000000');
equal(utils.formatEther('1500000000000000000'), '1.5');
const coder = utils.defaultAbiCoder;
equal(coder.decode(['uint256', 'string'], coder.encode(['uint256', 'string'], [7, 'x'])).toString(), '7,x');
equal(new utils.Interface(['function transfer(address to, uint256 value)']).getSighash('transfer'), '0xa9059cbb');
(async () => {
  const signature = await wallet.signMessage('hello');
  equal(utils.verifyMessage('hello', signature), wallet.address);
  const transaction = await wallet.signTransaction({ to: wallet.address, value: 1, nonce: 0, gasLimit: 21000, gasPrice: 1, chainId: 1 });
  equal(utils.parseTransaction(transaction).from, wallet.address);
  equal(utils.id('x').length, 66);
  equal(await new providers.JsonRpcProvider(rpcUrl).getBlockNumber(), 16);
})();
